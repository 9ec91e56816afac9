#include "harness/tune/workspace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "harness/tune/journal.h"
#include "tests/temporary_folder.h"

namespace assay::tune {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const RunKey kKey = {"a model", "its data", "what was asked", 7, "1.0", "a CPU"};

class WorkspaceTest : public testing::Test {
 protected:
  void WriteTrials(int count, const RunKey& key = kKey) const {
    auto journal = Journal::Create(folder_ / "trials.jsonl");
    ASSERT_TRUE(journal.ok()) << journal.message();
    for (int i = 1; i <= count; ++i) {
      ASSERT_TRUE(journal->Append({{"trial", i}, {"run", ToJson(key)}}).ok());
    }
  }
  void WriteResult(const char* status, int trials) const {
    folder_.Write("result.json", json({{"status", status}, {"trials", trials}}).dump());
  }
  Workspace Open() const { return *Workspace::Open(folder_.path()); }
  size_t Found(Resume resume) const {
    const auto run = Open().FindEarlierRun(kKey, resume);
    EXPECT_TRUE(run.ok()) << run.message();
    return run.ok() ? run->trials.size() : 0;
  }
  std::string ErrorOf(Resume resume) const { return Open().FindEarlierRun(kKey, resume).message(); }

  TemporaryFolder folder_;
};

TEST_F(WorkspaceTest, NothingIsThereToContinue) {
  for (Resume resume : {Resume::kAuto, Resume::kTrue, Resume::kFalse}) EXPECT_EQ(Found(resume), 0u);
}

TEST_F(WorkspaceTest, ARunThatWasCutOffIsContinued) {
  WriteTrials(3);
  EXPECT_EQ(Found(Resume::kAuto), 3u);
  EXPECT_EQ(Found(Resume::kTrue), 3u);
  EXPECT_EQ(Found(Resume::kFalse), 0u);
  WriteResult("interrupted", 3);
  EXPECT_EQ(Found(Resume::kAuto), 3u);
  WriteResult("satisfied", 2);  // It was continued then, and cut off.
  EXPECT_EQ(Found(Resume::kAuto), 3u);
  folder_.Write("result.json", "{\"status\": \"satis");
  EXPECT_EQ(Found(Resume::kAuto), 3u);
}

TEST_F(WorkspaceTest, ARunAtItsEndIsContinuedOnRequest) {
  WriteTrials(3);
  for (const char* status : {"satisfied", "no_gain", "best_effort"}) {
    WriteResult(status, 3);
    EXPECT_EQ(Found(Resume::kAuto), 0u);
    EXPECT_EQ(Found(Resume::kTrue), 3u);
  }
}

TEST_F(WorkspaceTest, ARunOfSomethingElseIsRefusedWithWhatToDo) {
  const auto differs = [&](auto change, const char* what) {
    RunKey key = kKey;
    change(key);
    WriteTrials(2, key);
    for (Resume resume : {Resume::kAuto, Resume::kTrue}) {
      EXPECT_THAT(ErrorOf(resume), testing::AllOf(HasSubstr("trials.jsonl:1: the run to continue"),
                                                  HasSubstr(what), HasSubstr("resume=False")));
    }
    EXPECT_EQ(Found(Resume::kFalse), 0u);
  };
  differs([](RunKey& key) { key.model = "b"; }, "is of another model;");
  differs([](RunKey& key) { key.data = "b"; }, "is of other data;");
  differs([](RunKey& key) { key.configuration = "b"; }, "is of another configuration;");
  differs([](RunKey& key) { key.seed = 8; }, "is of random_seed 8;");
  differs([](RunKey& key) { key.version = "0.9"; }, "is of version 0.9 of Assay;");
  differs([](RunKey& key) { key.machine = "b"; }, "is of another machine (b);");
  differs([](RunKey& key) { key.model = key.data = "b"; }, "is of another model, other data;");
}

TEST_F(WorkspaceTest, ARunOfSomethingElseAtItsEndIsNotInTheWay) {
  WriteTrials(2, {});
  WriteResult("satisfied", 2);
  EXPECT_EQ(Found(Resume::kAuto), 0u);
  EXPECT_THAT(ErrorOf(Resume::kTrue), HasSubstr("another model"));
}

TEST_F(WorkspaceTest, ADamagedJournalIsRefused) {
  WriteTrials(3);
  std::string text = TemporaryFolder::Read(folder_ / "trials.jsonl");
  text[text.find("\"trial\":1") + 8] = '4';
  folder_.Write("trials.jsonl", text);
  EXPECT_THAT(ErrorOf(Resume::kAuto),
              testing::AllOf(HasSubstr("trials.jsonl:1: is damaged"), HasSubstr("resume=False")));
}

TEST_F(WorkspaceTest, AJournalWithoutChecksumsIsNotContinued) {
  folder_.Write("trials.jsonl", "{\"trial\":1}\n");
  EXPECT_EQ(Found(Resume::kAuto), 0u);
  EXPECT_THAT(ErrorOf(Resume::kTrue), HasSubstr("is not a journal of this version"));
}

TEST_F(WorkspaceTest, OneProcessHasItAlone) {
  {
    const Workspace first = Open();
    EXPECT_THAT(Workspace::Open(folder_.path()).message(),
                HasSubstr("another process is tuning in this workspace"));
  }
  EXPECT_TRUE(Workspace::Open(folder_.path()).ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(WorkspaceTest, WhatAKilledProcessLeftIsRemoved) {
  for (const char* name : {"trial.onnx", "trial.onnx.123.tmp", "best.onnx.123.tmp",
                           "result.json.123.tmp", "best.onnx", "result.json", "mine.tmp"}) {
    folder_.Write(name, "x");
  }
  const Workspace workspace = Open();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("best.onnx", "result.json", "mine.tmp"));
}

TEST_F(WorkspaceTest, AnUnwritablePlaceIsAnErrorThatNamesIt) {
  EXPECT_THAT(Workspace::Open("/proc/no").message(), HasSubstr("/proc/no: "));
  folder_.Write("file", "x");
  EXPECT_THAT(Workspace::Open(folder_ / "file").message(), HasSubstr("file: "));
}

TEST_F(WorkspaceTest, AReadOnlyFolderIsAnError) {
  namespace fs = std::filesystem;
  fs::permissions(folder_.path(), fs::perms(0555));
  const bool root = geteuid() == 0;  // Who may write everywhere, and becomes somebody else.
  if (root) {
    ASSERT_EQ(seteuid(65534), 0);
  }
  const std::string message = Workspace::Open(folder_.path()).message();
  if (root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  fs::permissions(folder_.path(), fs::perms(0755));
  EXPECT_THAT(message, HasSubstr("the workspace cannot be written to: Permission denied"));
}

}  // namespace
}  // namespace assay::tune
