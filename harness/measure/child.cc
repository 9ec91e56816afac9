#include "harness/measure/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <utility>

#include "harness/measure/clock.h"
#include "harness/measure/interrupt.h"
#include "kernels/base/check.h"

extern char** environ;

namespace assay::measure {
namespace {

constexpr std::string_view kMarker = "--assay-child=";
constexpr int kAnswerFd = 3;
// Between two looks at a child; what takes longer than the longest was a stop of this process.
constexpr int kStep_ms = 50;
constexpr double kLongestStep_s = 0.5;
constexpr size_t kMaxAnswerBytes = size_t{64} << 20;

// An answer on the wire: "ok\n" or "error\n", the text, and this, so that a cut is noticed.
constexpr std::string_view kOk = "ok\n";
constexpr std::string_view kError = "error\n";
constexpr std::string_view kEnd = "\nend of answer\n";

std::map<std::string, ChildFunction, std::less<>>& Functions() {
  static std::map<std::string, ChildFunction, std::less<>> functions;
  return functions;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { Close(); }
  int get() const { return fd_; }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

std::string Quoted(std::string_view name) { return "child process '" + std::string(name) + "'"; }

Result<pid_t> Spawn(std::string_view name, const std::vector<std::string>& arguments,
                    int answer_fd) {
  std::vector<std::string> words = {"/proc/self/exe", std::string(kMarker) + std::string(name)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, answer_fd, kAnswerFd);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return Error(Quoted(name) + " could not be started: " + std::strerror(error));
  return pid;
}

// Reads to the end of the pipe. Error: the watch's, the user interrupted, or too long an answer.
Result<std::string> ReadAnswer(int fd, const Watch& watch) {
  double looked_s = MonotonicSeconds();
  std::string answer;
  char buffer[4096];
  while (true) {
    if (Interrupted()) return Error("was interrupted");
    const double now_s = MonotonicSeconds();
    if (std::string why = watch(std::min(now_s - looked_s, kLongestStep_s)); !why.empty()) {
      return Error(std::move(why));
    }
    looked_s = now_s;
    pollfd poll_fd = {.fd = fd, .events = POLLIN, .revents = 0};
    // In short steps, since a signal may arrive just before poll.
    if (poll(&poll_fd, 1, kStep_ms) <= 0) continue;
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error(std::string("could not be read from: ") + std::strerror(errno));
    if (count == 0) return answer;
    answer.append(buffer, static_cast<size_t>(count));
    if (answer.size() > kMaxAnswerBytes) return Error("answered without end");
  }
}

// How the child ended; empty when it exited with 0.
std::string Wait(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return std::string("could not be waited for: ") + std::strerror(errno);
  }
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return "was killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
  }
  if (WEXITSTATUS(status) == 0) return "";
  return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

Result<std::string> Parse(std::string_view name, std::string_view answer) {
  const bool whole = answer.ends_with(kEnd);
  if (whole) answer.remove_suffix(kEnd.size());
  if (whole && answer.starts_with(kOk)) return std::string(answer.substr(kOk.size()));
  if (whole && answer.starts_with(kError)) return Error(std::string(answer.substr(kError.size())));
  return Error(Quoted(name) + " gave no whole answer (" + std::to_string(answer.size()) +
               " bytes)");
}

Result<std::string> CallFunction(std::string_view name, const std::vector<std::string>& arguments) {
  const auto function = Functions().find(name);
  if (function == Functions().end()) return Error(Quoted(name) + " is not known to this program");
  return function->second(arguments);
}

}  // namespace

void RegisterChild(std::string name, ChildFunction function) {
  Functions()[std::move(name)] = std::move(function);
}

std::optional<int> MaybeRunChild(int argc, char** argv) {
  if (argc < 2 || !std::string_view(argv[1]).starts_with(kMarker)) return std::nullopt;
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // No orphan goes on measuring.
  fcntl(kAnswerFd, F_SETFD, FD_CLOEXEC);
  const std::string_view name = std::string_view(argv[1]).substr(kMarker.size());
  const Result<std::string> answer = CallFunction(name, {argv + 2, argv + argc});
  const std::string text = answer.ok() ? *answer : answer.message();
  const bool sent = WriteAll(kAnswerFd, answer.ok() ? kOk : kError) && WriteAll(kAnswerFd, text) &&
                    WriteAll(kAnswerFd, kEnd);
  return sent ? 0 : 1;
}

Watch Timeout(double seconds) {
  return [seconds, gone_s = 0.0](double more_s) mutable -> std::string {
    gone_s += more_s;
    return gone_s < seconds ? "" : "gave no answer within " + std::to_string(seconds) + " s";
  };
}

Result<std::string> RunChild(std::string_view name, const std::vector<std::string>& arguments,
                             const Watch& watch) {
  ASSAY_CHECK(Functions().contains(name));
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Error(Quoted(name) + " could not be started: " + std::strerror(errno));
  }
  Fd read_end(ends[0]), write_end(ends[1]);
  ASSAY_ASSIGN_OR_RETURN(const pid_t pid, Spawn(name, arguments, write_end.get()));
  write_end.Close();
  const Result<std::string> answer = ReadAnswer(read_end.get(), watch);
  if (!answer.ok()) kill(pid, SIGKILL);
  const std::string end = Wait(pid);
  if (!answer.ok()) return Error(Quoted(name) + " " + answer.message());
  if (Interrupted()) return Error(Quoted(name) + " was interrupted");
  if (!end.empty()) return Error(Quoted(name) + " " + end);
  return Parse(name, *answer);
}

}  // namespace assay::measure
