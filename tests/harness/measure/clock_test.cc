#include "harness/measure/clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace assay::measure {
namespace {

TEST(ClockTest, WallTimeNeverGoesBack) {
  double last = MonotonicSeconds();
  for (int i = 0; i < 10000; ++i) {
    const double now = MonotonicSeconds();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(ClockTest, SleepIsWallTimeButNotCpuTime) {
  const double wall_s = MonotonicSeconds();
  const double cpu_s = ThreadCpuSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_GE(MonotonicSeconds() - wall_s, 0.05);
  EXPECT_LT(ThreadCpuSeconds() - cpu_s, 0.05);
}

TEST(ClockTest, WorkIsCpuTime) {
  const double start = ThreadCpuSeconds();
  while (ThreadCpuSeconds() - start < 1e-3) {
  }
  SUCCEED();
}

TEST(ClockTest, TheResolutionIsAStepSeenAndIsKept) {
  EXPECT_GT(TimerResolutionSeconds(), 0);
  EXPECT_LT(TimerResolutionSeconds(), 0.02);
  EXPECT_EQ(TimerResolutionSeconds(), TimerResolutionSeconds());
}

}  // namespace
}  // namespace assay::measure
