#include "bench/common/pinned_threads.h"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace assay::bench {
namespace {

// Of all threads of this process but the caller.
void PinOthers(const cpu_set_t& cpus) {
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", code)) {
    const pid_t thread = std::stoi(entry.path().filename().string());
    if (thread != gettid()) sched_setaffinity(thread, sizeof cpus, &cpus);
  }
}

}  // namespace

PinnedThreads::PinnedThreads() {
  CPU_ZERO(&before_);
  sched_getaffinity(0, sizeof before_, &before_);
  if (CPU_COUNT(&before_) < 2) return;
  size_t first_cpu = 0;
  while (!CPU_ISSET(first_cpu, &before_)) ++first_cpu;
  cpu_set_t first, others = before_;
  CPU_ZERO(&first);
  CPU_SET(first_cpu, &first);
  CPU_CLR(first_cpu, &others);
  sched_setaffinity(0, sizeof first, &first);
  PinOthers(others);
}

PinnedThreads::~PinnedThreads() {
  if (CPU_COUNT(&before_) < 2) return;
  sched_setaffinity(0, sizeof before_, &before_);
  PinOthers(before_);
}

}  // namespace assay::bench
