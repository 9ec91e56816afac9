#include "harness/tune/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/full_disk.h"
#include "tests/temporary_folder.h"

namespace assay::tune {
namespace {

class JournalTest : public testing::Test {
 protected:
  std::string Read(const std::string& name) const { return folder_.Read(folder_ / name); }

  TemporaryFolder folder_;
};

TEST_F(JournalTest, AppendsOneLinePerTrial) {
  auto journal = Journal::Create(folder_ / "trials.jsonl");
  ASSERT_TRUE(journal.ok()) << journal.message();
  ASSERT_TRUE(journal->Append({{"trial", 1}, {"text", "a\nb"}}).ok());
  ASSERT_TRUE(journal->Append({{"trial", 2}}).ok());
  EXPECT_EQ(Read("trials.jsonl"), "{\"text\":\"a\\nb\",\"trial\":1}\n{\"trial\":2}\n");
}

TEST_F(JournalTest, AnEarlierRunIsKept) {
  { ASSERT_TRUE(Journal::Create(folder_ / "trials.jsonl")->Append({{"trial", 1}}).ok()); }
  for (int start = 0; start < 2; ++start) {  // An empty journal replaces nothing.
    ASSERT_TRUE(Journal::Create(folder_ / "trials.jsonl").ok());
    EXPECT_EQ(Read("trials.jsonl"), "");
    EXPECT_EQ(Read("trials.previous.jsonl"), "{\"trial\":1}\n");
  }
}

TEST_F(JournalTest, NamesThatAreNotUtf8AreWritten) {
  auto journal = Journal::Create(folder_ / "trials.jsonl");
  ASSERT_TRUE(journal->Append({{"node", "conv\xff"}, {"caf\xe9", 1}}).ok());
  const auto line = nlohmann::json::parse(Read("trials.jsonl"));
  EXPECT_EQ(line.at("node"), "conv\uFFFD");
  EXPECT_EQ(line.at("caf\uFFFD"), 1);
}

TEST_F(JournalTest, AFullDiskLeavesWholeLines) {
  auto journal = Journal::Create(folder_ / "trials.jsonl");
  ASSERT_TRUE(journal->Append({{"trial", 1}}).ok());
  {
    const FullDisk full(40);
    const Status status = journal->Append({{"trial", 2}, {"text", std::string(100, 'x')}});
    EXPECT_THAT(status.message(), testing::HasSubstr("trials.jsonl: cannot be written: "));
    EXPECT_EQ(Read("trials.jsonl"), "{\"trial\":1}\n");
  }
  ASSERT_TRUE(journal->Append({{"trial", 3}}).ok());
  EXPECT_EQ(Read("trials.jsonl"), "{\"trial\":1}\n{\"trial\":3}\n");
}

TEST_F(JournalTest, AnUnwritablePlaceIsAnErrorThatNamesIt) {
  EXPECT_THAT(Journal::Create("/proc/no/trials.jsonl").message(), testing::HasSubstr("/proc/no"));
}

}  // namespace
}  // namespace assay::tune
