#include "harness/tune/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/full_disk.h"
#include "tests/temporary_folder.h"

namespace assay::tune {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class JournalTest : public testing::Test {
 protected:
  std::string Read(const std::string& name = "trials.jsonl") const {
    return TemporaryFolder::Read(folder_ / name);
  }
  std::vector<json> Lines() const {
    const auto content = ReadJournal(file_);
    EXPECT_TRUE(content.ok()) << content.message();
    return content.ok() ? content->lines : std::vector<json>();
  }
  // A journal of these objects.
  std::string Write(const std::vector<json>& objects) const {
    auto journal = Journal::Create(file_);
    EXPECT_TRUE(journal.ok()) << journal.message();
    for (const json& object : objects) EXPECT_TRUE(journal->Append(object).ok());
    return Read();
  }

  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "trials.jsonl";
};

// The CRC-32 of `"trial":1}` by zlib's crc32.
TEST_F(JournalTest, ALineOpensWithTheChecksumOfTheRest) {
  EXPECT_EQ(EncodeLine({{"trial", 1}}), R"({"crc32":"a172fdea","trial":1})");
  EXPECT_EQ(DecodeLine(R"({"crc32":"a172fdea","trial":1})"), json({{"trial", 1}}));
}

TEST_F(JournalTest, AppendsOneLinePerTrial) {
  const std::string text = Write({{{"trial", 1}, {"text", "a\nb"}}, {{"trial", 2}}});
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_EQ(text.back(), '\n');
  EXPECT_THAT(Lines(),
              testing::ElementsAre(json({{"trial", 1}, {"text", "a\nb"}}), json({{"trial", 2}})));
}

TEST_F(JournalTest, AnyChangedByteIsSeen) {
  const std::string line = EncodeLine({{"trial", 12}, {"value", 0.5}});
  for (size_t i = 0; i < line.size(); ++i) {
    for (const int bit : {1, 4, 32}) {
      std::string changed = line;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      EXPECT_FALSE(DecodeLine(changed).has_value()) << changed;
    }
    EXPECT_FALSE(DecodeLine(line.substr(0, i)).has_value()) << i;
  }
}

// Killed at any byte: what was whole is read, the rest is cut off, and the same end is reached.
TEST_F(JournalTest, CutAtEveryByteItGoesOnFromTheLastWholeLine) {
  const std::vector<json> trials = {{{"trial", 1}, {"text", std::string(60, 'x')}},
                                    {{"trial", 2}, {"text", "{\"crc32\":\""}},
                                    {{"trial", 3}, {"values", {1.5, 2.5, nullptr}}}};
  const std::string whole = Write(trials);
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    const std::string kept = whole.substr(0, cut);
    folder_.Write("trials.jsonl", kept);
    const auto content = ReadJournal(file_);
    ASSERT_TRUE(content.ok()) << content.message();
    EXPECT_FALSE(content->foreign);
    const auto finished = static_cast<size_t>(std::ranges::count(kept, '\n'));
    ASSERT_EQ(content->lines.size(), finished);
    auto journal = Journal::Continue(file_, content->whole_bytes);
    ASSERT_TRUE(journal.ok()) << journal.message();
    for (size_t i = finished; i < trials.size(); ++i) ASSERT_TRUE(journal->Append(trials[i]).ok());
    EXPECT_EQ(Read(), whole) << cut;
  }
}

// Some file systems fill with zeros what did not reach the disk.
TEST_F(JournalTest, ATailThatIsNotALineIsCutOff) {
  const std::string whole = Write({{{"trial", 1}}});
  for (const std::string& tail : {std::string(100, '\0'), std::string("\n\n"), whole.substr(3)}) {
    folder_.Write("trials.jsonl", whole + tail);
    EXPECT_EQ(Lines().size(), 1u);
  }
}

TEST_F(JournalTest, DamageBeforeWholeLinesIsAnErrorThatNamesTheLine) {
  std::string text = Write({{{"trial", 1}}, {{"trial", 2}}, {{"trial", 3}}});
  text[text.find("\"trial\":2") + 8] = '7';
  folder_.Write("trials.jsonl", text);
  EXPECT_THAT(ReadJournal(file_).message(), HasSubstr("trials.jsonl:2: is damaged"));
}

TEST_F(JournalTest, WhatIsNoJournalIsToldApart) {
  for (const char* text : {"{\"trial\":1}\n", "words", "{\"trial\":1}", "\n"}) {
    folder_.Write("trials.jsonl", text);
    EXPECT_TRUE(ReadJournal(file_)->foreign) << text;
  }
  for (const char* text : {"", "{", "{\"crc32\":\"0123"}) {
    folder_.Write("trials.jsonl", text);
    EXPECT_FALSE(ReadJournal(file_)->foreign) << text;
  }
  std::filesystem::remove(file_);
  EXPECT_FALSE(ReadJournal(file_)->foreign);
}

TEST_F(JournalTest, AnEarlierRunIsKept) {
  const std::string first = Write({{{"trial", 1}}});
  for (const char* nothing_whole : {"", "{\"crc32\":\"01"}) {  // Replaces nothing.
    ASSERT_TRUE(Journal::Create(file_).ok());
    EXPECT_EQ(Read(), "");
    EXPECT_EQ(Read("trials.previous.jsonl"), first);
    folder_.Write("trials.jsonl", nothing_whole);
  }
  folder_.Write("trials.jsonl", "{\"trial\":1}\n");  // Without checksums, yet somebody's.
  ASSERT_TRUE(Journal::Create(file_).ok());
  EXPECT_EQ(Read("trials.previous.jsonl"), "{\"trial\":1}\n");
}

TEST_F(JournalTest, NamesThatAreNotUtf8AreWritten) {
  Write({{{"node", "conv\xff"}, {"caf\xe9", 1}}});
  EXPECT_EQ(Lines().at(0), json({{"node", "conv\uFFFD"}, {"caf\uFFFD", 1}}));
}

TEST_F(JournalTest, AFullDiskLeavesWholeLines) {
  auto journal = Journal::Create(file_);
  ASSERT_TRUE(journal->Append({{"trial", 1}}).ok());
  const std::string before = Read();
  {
    const FullDisk full(60);
    const Status status = journal->Append({{"trial", 2}, {"text", std::string(100, 'x')}});
    EXPECT_THAT(status.message(), HasSubstr("trials.jsonl: cannot be written: "));
    EXPECT_EQ(Read(), before);
  }
  ASSERT_TRUE(journal->Append({{"trial", 3}}).ok());
  EXPECT_EQ(Lines().size(), 2u);
}

TEST_F(JournalTest, AnUnwritablePlaceIsAnErrorThatNamesIt) {
  EXPECT_THAT(Journal::Create("/proc/no/trials.jsonl").message(), HasSubstr("/proc/no"));
}

}  // namespace
}  // namespace assay::tune
