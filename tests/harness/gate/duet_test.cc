// Who comes first in a process of the gate: by what libraries saw that write down what they are
// asked.
#include "harness/gate/duet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "harness/gate/command.h"
#include "tests/temporary_folder.h"

namespace assay::gate {
namespace {

using testing::ElementsAre;

class Duet : public testing::Test {
 protected:
  void SetUp() override {
    base_ = Build("base");
    candidate_ = Build("candidate");
    setenv("TOY_TRACE", trace_.c_str(), 1);
  }
  void TearDown() override { unsetenv("TOY_TRACE"); }

  // "base load", "candidate load", ...: what was done, in its order.
  std::vector<std::string> Trace(bool reversed) {
    std::ofstream(trace_).close();
    DuetRequest request;
    request.jobs = {{"toy:mix", base_, candidate_, 1, 1}};
    request.rounds = 4;
    request.seed = 7;
    request.reversed = reversed;
    const auto answer = RunDuet(request);
    EXPECT_TRUE(answer.ok()) << answer.message();
    EXPECT_EQ(answer->results[0].error, "");
    EXPECT_EQ(answer->results[0].base_first, !reversed);
    std::vector<std::string> lines;
    std::ifstream in(trace_);
    for (std::string line; std::getline(in, line);)
      lines.push_back(line.substr(line.find(' ') + 1));
    return lines;
  }

 private:
  std::string Build(const std::string& name) {
    const std::string library = (folder_ / (name + ".so")).string();
    const auto built = RunCommand({{"cc", "-O2", "-shared", "-fPIC", "-fvisibility=hidden",
                                    "-I" ASSAY_SOURCE_DIR, "-DTRACE=\"" + name + "\"", "-o",
                                    library, ASSAY_SOURCE_DIR "/tests/harness/gate/toy_cases.c"}});
    EXPECT_TRUE(built.ok()) << built.message();
    return library;
  }

  TemporaryFolder folder_;
  std::string base_, candidate_, trace_ = (folder_ / "trace").string();
};

TEST_F(Duet, WhoComesFirstDoesSoInAllThatIsDoneOnce) {
  const std::vector<std::string> done = Trace(false);
  ASSERT_EQ(done.size(), 18u);  // 6 before, a batch to warm up, 4 rounds, 2 behind.
  EXPECT_THAT(std::vector(done.begin(), done.begin() + 6),
              ElementsAre("base load", "candidate load", "base set up", "candidate set up",
                          "base run", "candidate run"));
  EXPECT_THAT(std::vector(done.end() - 2, done.end()),
              ElementsAre("base tear down", "candidate tear down"));
}

TEST_F(Duet, TheMirrorDoesTheSameWithTheBuildsExchanged) {
  std::vector<std::string> done = Trace(false);
  for (std::string& line : done) {
    const bool base = line.starts_with("base");
    line = (base ? "candidate" : "base") + line.substr(line.find(' '));
  }
  EXPECT_EQ(Trace(true), done);
}

TEST(Mirrored, TakesTurnsAndTheSeedDrawsWhoBegins) {
  int begins = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    for (int process = 0; process < 5; ++process) {
      EXPECT_NE(Mirrored(seed, process), Mirrored(seed, process + 1));
    }
    begins += Mirrored(seed, 0) ? 1 : 0;
  }
  EXPECT_GT(begins, 30);
  EXPECT_LT(begins, 70);
}

}  // namespace
}  // namespace assay::gate
