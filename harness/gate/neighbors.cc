#include "harness/gate/neighbors.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace assay::gate {
namespace {

constexpr size_t kHogBytes = size_t{256} << 20;

// Between fork and _exit: nothing that allocates or locks.
[[noreturn]] void Disturb(Condition condition, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);  // It died before.
  char* memory = nullptr;
  if (condition == Condition::kMemory) {
    void* mapped =
        mmap(nullptr, kHogBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) _exit(1);
    memory = static_cast<char*>(mapped);
  }
  for (uint64_t value = 1;; ++value) {
    if (memory != nullptr) std::memset(memory, static_cast<int>(value & 0xff), kHogBytes);
    asm volatile("" : "+r"(value) : "r"(memory) : "memory");
  }
}

}  // namespace

const char* Name(Condition condition) {
  switch (condition) {
    case Condition::kQuiet:
      return "quiet";
    case Condition::kBusy:
      return "busy neighbors";
    case Condition::kMemory:
      return "memory hogs";
  }
  return "?";
}

Result<Neighbors> Neighbors::Start(Condition condition) {
  Neighbors neighbors;
  if (condition == Condition::kQuiet) return neighbors;
  const pid_t parent = getpid();
  const int64_t cpus = sysconf(_SC_NPROCESSORS_ONLN);
  for (int64_t i = 0; i < cpus; ++i) {
    const pid_t pid = fork();
    if (pid == 0) Disturb(condition, parent);
    if (pid < 0) return Error(std::string("a neighbor cannot be started: ") + std::strerror(errno));
    neighbors.pids_.push_back(pid);
  }
  return neighbors;
}

Neighbors::~Neighbors() {
  for (const pid_t pid : pids_) kill(pid, SIGKILL);
  for (const pid_t pid : pids_) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

}  // namespace assay::gate
