#include "harness/measure/noise.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace assay::measure {

int64_t InvoluntarySwitches() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

// "cpu  user nice system idle iowait irq softirq steal ...", in ticks.
std::optional<double> StealSeconds() {
  std::ifstream stat("/proc/stat");
  std::string word;
  if (!(stat >> word) || word != "cpu") return std::nullopt;
  int64_t ticks = 0;
  for (int field = 0; field < 8; ++field) {
    if (!(stat >> ticks)) return std::nullopt;
  }
  return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace assay::measure
