#include "harness/tune/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace assay::tune {
namespace {

namespace fs = std::filesystem;

class JournalTest : public testing::Test {
 protected:
  JournalTest() : folder_(fs::path(testing::TempDir()) / "assay_journal_test") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~JournalTest() override { fs::remove_all(folder_); }

  std::string Read(const std::string& name) const {
    std::ifstream stream(folder_ / name);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }

  fs::path folder_;
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

TEST_F(JournalTest, AnUnwritablePlaceIsAnErrorThatNamesIt) {
  EXPECT_THAT(Journal::Create("/proc/no/trials.jsonl").message(), testing::HasSubstr("/proc/no"));
}

}  // namespace
}  // namespace assay::tune
