#include "bench/common/awake_cpus.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iterator>

namespace assay::bench {
namespace {

// In a child of a process that may have threads: nothing but system calls.
[[noreturn]] void Turn(size_t cpu, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  signal(SIGINT, SIG_DFL);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  const sched_param lowest{};
  if (sched_setaffinity(0, sizeof one, &one) != 0) _exit(1);
  if (sched_setscheduler(0, SCHED_IDLE, &lowest) != 0) _exit(1);
  for (;;) __builtin_ia32_pause();
}

}  // namespace

AwakeCpus::AwakeCpus(int count) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  const pid_t parent = getpid();
  for (size_t cpu = 0; cpu < CPU_SETSIZE && std::ssize(turning_) < count; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const pid_t child = fork();
    if (child == 0) Turn(cpu, parent);
    if (child > 0) turning_.push_back(child);
  }
}

AwakeCpus::~AwakeCpus() {
  for (pid_t child : turning_) kill(child, SIGKILL);
  for (pid_t child : turning_) waitpid(child, nullptr, 0);
}

}  // namespace assay::bench
