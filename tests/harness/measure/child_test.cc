#include "harness/measure/child.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "harness/measure/clock.h"
#include "harness/measure/interrupt.h"
#include "tests/harness/measure/children.h"

namespace assay::measure {
namespace {

using testing::HasSubstr;
using Arguments = std::vector<std::string>;

constexpr double kTimeoutS = 60;

Result<std::string> Echo(const Arguments& arguments) {
  std::string answer;
  for (const std::string& argument : arguments) answer += "[" + argument + "]";
  return answer;
}

Result<std::string> Crash(const Arguments&) {
  const rlimit no_core = {};
  setrlimit(RLIMIT_CORE, &no_core);
  std::abort();
}

Result<std::string> Hang(const Arguments&) {
  std::this_thread::sleep_for(std::chrono::hours(1));
  return std::string("late");
}

Result<std::string> PrintMuch(const Arguments&) {
  std::printf("this is not the answer\n");
  std::fflush(stdout);
  return std::string("clean");
}

constexpr int kAnswerFd = 3;

Result<std::string> WriteGarbage(const Arguments&) {
  const std::string garbage = "ok\nhalf an answ";
  if (write(kAnswerFd, garbage.data(), garbage.size()) < 0) std::abort();
  _exit(0);
}

Result<std::string> WriteWithoutEnd(const Arguments&) {
  const std::string block(1 << 20, 'x');
  while (write(kAnswerFd, block.data(), block.size()) > 0) {
  }
  return std::string();
}

Result<std::string> InterruptParent(const Arguments&) {
  kill(getppid(), SIGTERM);
  return Hang({});
}

TEST(ChildTest, ArgumentsGoAndTheAnswerComesBack) {
  const Result<std::string> answer = RunChild("echo", {"a b", "", "--flag=\n%"}, kTimeoutS);
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(*answer, "[a b][][--flag=\n%]");
}

TEST(ChildTest, AnAnswerMayBeLongerThanAPipeAndEmpty) {
  const std::string text(1 << 16, 'y');
  const Result<std::string> answer = RunChild("echo", {text, text, text, text}, kTimeoutS);
  ASSERT_TRUE(answer.ok()) << answer.message();
  EXPECT_EQ(answer->size(), 4 * (text.size() + 2));
  EXPECT_EQ(*RunChild("echo", {}, kTimeoutS), "");
}

TEST(ChildTest, RunsInAFreshProcess) {
  EXPECT_NE(*RunChild("pid", {}, kTimeoutS), std::to_string(getpid()));
}

TEST(ChildTest, PrintingDoesNotSpoilTheAnswer) {
  EXPECT_EQ(*RunChild("print", {}, kTimeoutS), "clean");
}

TEST(ChildTest, ItsErrorIsTheError) {
  EXPECT_EQ(RunChild("error", {}, kTimeoutS).message(), "model.onnx: no such file");
}

TEST(ChildTest, ACrashIsASentence) {
  EXPECT_THAT(RunChild("crash", {}, kTimeoutS).message(),
              HasSubstr("child process 'crash' was killed by signal 6"));
}

TEST(ChildTest, AnEarlyExitIsASentence) {
  EXPECT_EQ(RunChild("exit", {"7"}, kTimeoutS).message(),
            "child process 'exit' ended with exit code 7");
  EXPECT_EQ(RunChild("exit", {"0"}, kTimeoutS).message(),
            "child process 'exit' gave no whole answer (0 bytes)");
}

TEST(ChildTest, GarbageIsASentence) {
  EXPECT_EQ(RunChild("garbage", {}, kTimeoutS).message(),
            "child process 'garbage' gave no whole answer (15 bytes)");
  EXPECT_EQ(RunChild("without end", {}, kTimeoutS).message(),
            "child process 'without end' answered without end");
}

TEST(ChildTest, AHangIsKilledAtTheTimeout) {
  const double start = MonotonicSeconds();
  EXPECT_THAT(RunChild("hang", {}, 0.2).message(), HasSubstr("gave no answer within 0.2"));
  EXPECT_LT(MonotonicSeconds() - start, 600);  // Not the hour that it wanted.
}

TEST(ChildTest, AWatchSeesTimePassAndSaysWhyItEndsTheChild) {
  double gone_s = 0;
  const Watch watch = [&](double seconds) -> std::string {
    gone_s += seconds;
    return gone_s > 0.2 ? "was not wanted" : "";
  };
  const double start = MonotonicSeconds();
  EXPECT_EQ(RunChild("hang", {}, watch).message(), "child process 'hang' was not wanted");
  EXPECT_LE(gone_s, MonotonicSeconds() - start);
}

TEST(ChildTest, AnInterruptEndsTheWait) {
  CatchInterrupts();
  EXPECT_EQ(RunChild("interrupt parent", {}, 600).message(),
            "child process 'interrupt parent' was interrupted");
  ResetInterrupts();
}

TEST(ChildTest, NoMarkerNoChild) {
  char program[] = "program";
  char flag[] = "--help";
  char* argv[] = {program, flag, nullptr};
  EXPECT_EQ(MaybeRunChild(2, argv), std::nullopt);
  EXPECT_EQ(MaybeRunChild(1, argv), std::nullopt);
}

}  // namespace

void RegisterTestChildren() {
  RegisterChild("echo", Echo);
  RegisterChild("crash", Crash);
  RegisterChild("hang", Hang);
  RegisterChild("print", PrintMuch);
  RegisterChild("garbage", WriteGarbage);
  RegisterChild("without end", WriteWithoutEnd);
  RegisterChild("interrupt parent", InterruptParent);
  RegisterChild("pid", [](const Arguments&) { return std::to_string(getpid()); });
  RegisterChild("error", [](const Arguments&) { return Error("model.onnx: no such file"); });
  RegisterChild("exit", [](const Arguments& arguments) -> Result<std::string> {
    _exit(std::atoi(arguments[0].c_str()));
  });
}

}  // namespace assay::measure
