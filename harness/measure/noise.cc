#include "harness/measure/noise.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>

namespace assay::measure {

int64_t InvoluntarySwitches() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

namespace {

enum Field { kUser, kNice, kSystem, kIdle, kIoWait, kIrq, kSoftIrq, kSteal, kFields };

// "cpu  user nice system idle iowait irq softirq steal ...", in seconds.
std::optional<std::array<double, kFields>> CpuSeconds() {
  std::ifstream stat("/proc/stat");
  std::string word;
  if (!(stat >> word) || word != "cpu") return std::nullopt;
  std::array<double, kFields> seconds;
  for (double& field : seconds) {
    if (!(stat >> field)) return std::nullopt;
    field /= static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  return seconds;
}

}  // namespace

std::optional<double> StealSeconds() {
  const auto seconds = CpuSeconds();
  return seconds ? std::optional((*seconds)[kSteal]) : std::nullopt;
}

std::optional<double> BusySeconds() {
  const auto seconds = CpuSeconds();
  if (!seconds) return std::nullopt;
  const auto& s = *seconds;
  return s[kUser] + s[kNice] + s[kSystem] + s[kIrq] + s[kSoftIrq] + s[kSteal];
}

double ProcessCpuSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace assay::measure
