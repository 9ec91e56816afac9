#include "harness/measure/noise.h"

#include <gtest/gtest.h>

#include "harness/measure/clock.h"

namespace assay::measure {
namespace {

TEST(NoiseTest, CountsNeverFall) {
  const int64_t switches = InvoluntarySwitches();
  const std::optional<double> steal_s = StealSeconds();
  const double start_s = MonotonicSeconds();
  while (MonotonicSeconds() - start_s < 0.02) {
  }
  EXPECT_GE(switches, 0);
  EXPECT_GE(InvoluntarySwitches(), switches);
  ASSERT_EQ(StealSeconds().has_value(), steal_s.has_value());
  EXPECT_GE(StealSeconds().value_or(0), steal_s.value_or(0));
}

TEST(NoiseTest, TheMachineIsBusyWithThisProcessToo) {
  const std::optional<double> busy_s = BusySeconds();
  if (!busy_s) GTEST_SKIP() << "/proc/stat does not say";
  const double own_s = ProcessCpuSeconds();
  while (ProcessCpuSeconds() - own_s < 0.1) {
  }
  EXPECT_GE(*BusySeconds() - *busy_s, 0.05);  // In steps of 10 ms.
}

}  // namespace
}  // namespace assay::measure
