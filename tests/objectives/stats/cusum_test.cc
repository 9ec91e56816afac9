#include "objectives/stats/cusum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "objectives/stats/trimmed.h"
#include "tests/objectives/stats/simulation.h"

namespace assay {
namespace {

constexpr double kSpread = 0.004;  // Of a process.

// A run of the gate: 5 to 20 processes around the truth.
Location Run(Normal& normal, double truth, size_t processes) {
  return TrimmedLocation(normal.Sample(processes, truth, kSpread));
}

std::vector<Location> Stable(Normal& normal, size_t runs) {
  std::vector<Location> history;
  for (size_t r = 0; r < runs; ++r) history.push_back(Run(normal, -0.03, 5 + r % 4 * 5));
  return history;
}

// Runs between alarms of a chart whose steps are standard normal.
double SimulatedRunLength(const CusumRules& rules, int repetitions) {
  Normal normal(11);
  double runs = 0;
  for (int i = 0; i < repetitions; ++i) {
    double up = 0, down = 0;
    while (up <= rules.threshold && down <= rules.threshold) {
      const double z = normal();
      up = std::max(0.0, up + z - rules.slack);
      down = std::max(0.0, down - z - rules.slack);
      ++runs;
    }
  }
  return runs / repetitions;
}

TEST(Cusum, TheFormulaOfTheRunLengthIsWhatIsSimulated) {
  for (double threshold : {3.0, 5.0, 7.0}) {
    const CusumRules rules{0.5, threshold};
    EXPECT_NEAR(SimulatedRunLength(rules, 3000) / CusumRunLength(rules), 1, 0.06) << threshold;
  }
}

TEST(Cusum, TheThresholdGivesTheRunLength) {
  for (double length : {2.0, 100.0, 40000.0}) {
    EXPECT_NEAR(CusumRunLength({0.5, CusumThreshold(length)}) / length, 1, 1e-6);
  }
}

// The level is estimated, and so are the errors: neither may raise the rate of false alarms.
TEST(Cusum, AStableHistoryAlarmsAtMostAtTheStatedRate) {
  Normal normal(3);
  constexpr int kHistories = 1000, kRuns = 100;
  constexpr double kLength = 500;
  const CusumRules rules{0.5, CusumThreshold(kLength)};
  size_t alarms = 0;
  for (int i = 0; i < kHistories; ++i) alarms += Cusum(Stable(normal, kRuns), rules).shifts.size();
  const double stated = kHistories * kRuns / kLength;  // 200; its deviation is below 15.
  EXPECT_LE(static_cast<double>(alarms), stated + 45);
  EXPECT_GT(alarms, 0u);
}

TEST(Cusum, MoreVariationThanTheErrorsSayDoesNotAlarm) {
  Normal normal(5);
  const CusumRules rules{0.5, CusumThreshold(500)};
  size_t alarms = 0;
  for (int i = 0; i < 200; ++i) {
    std::vector<Location> history = Stable(normal, 100);
    for (Location& run : history) run.value += 0.005 * normal();  // From build to build.
    const Chart chart = Cusum(history, rules);
    EXPECT_NEAR(chart.between, 0.005, 0.0025);
    alarms += chart.shifts.size();
  }
  EXPECT_LE(alarms, 80u);  // 40 are stated: the variation is estimated from few differences.
}

TEST(Cusum, ASlowDriftIsFoundWhereItBegan) {
  Normal normal(7);
  const CusumRules rules{0.5, CusumThreshold(40000)};
  int found = 0, near = 0;
  constexpr int kHistories = 200;
  constexpr size_t kBegin = 20;
  for (int i = 0; i < kHistories; ++i) {
    std::vector<Location> history = Stable(normal, 40);
    for (size_t r = kBegin; r < history.size(); ++r) {
      history[r].value += 0.003 * static_cast<double>(r - kBegin + 1);
    }
    const Chart chart = Cusum(history, rules);
    if (chart.shifts.empty() || !chart.shifts[0].up()) continue;
    ++found;
    EXPECT_LE(chart.shifts[0].found, kBegin + 10);
    const auto first = static_cast<double>(chart.shifts[0].first);
    near += std::abs(first - static_cast<double>(kBegin)) <= 2;
  }
  EXPECT_EQ(found, kHistories);
  EXPECT_GE(near, kHistories * 9 / 10);
}

TEST(Cusum, AStepDownIsFoundOnceWithItsSize) {
  Normal normal(9);
  std::vector<Location> history = Stable(normal, 60);
  for (size_t r = 30; r < history.size(); ++r) history[r].value -= 0.01;
  const Chart chart = Cusum(history, {0.5, CusumThreshold(40000)});
  ASSERT_EQ(chart.shifts.size(), 1u);
  const Shift& shift = chart.shifts[0];
  EXPECT_FALSE(shift.up());
  EXPECT_NEAR(static_cast<double>(shift.first), 30, 1);
  EXPECT_NEAR(shift.size.value, -0.01, 0.003);
  EXPECT_LT(shift.size.standard_error, 0.002);
}

TEST(Cusum, LaterRunsChangeNothingOfWhatWasFound) {
  Normal normal(13);
  std::vector<Location> history = Stable(normal, 60);
  for (size_t r = 25; r < history.size(); ++r) history[r].value += 0.001 * static_cast<double>(r);
  const CusumRules rules{0.5, 8};
  const Chart whole = Cusum(history, rules);
  ASSERT_FALSE(whole.shifts.empty());
  const size_t found = whole.shifts[0].found;
  EXPECT_TRUE(Cusum(std::span(history).first(found), rules).shifts.empty());
  const Chart then = Cusum(std::span(history).first(found + 1), rules);
  ASSERT_EQ(then.shifts.size(), 1u);
  EXPECT_EQ(then.shifts[0].first, whole.shifts[0].first);
  EXPECT_EQ(then.up.back(), whole.up[found]);
}

TEST(Cusum, RunsWithoutAnErrorAreLeftOut) {
  Normal normal(1);
  std::vector<Location> history = Stable(normal, 10);
  history.insert(history.begin() + 4, Location{.value = 5});
  const Chart chart = Cusum(history, {0.5, 5});
  EXPECT_TRUE(std::isnan(chart.standardized[0]));
  EXPECT_TRUE(std::isnan(chart.standardized[4]));
  EXPECT_TRUE(chart.shifts.empty());
  EXPECT_TRUE(Cusum({}, {0.5, 5}).shifts.empty());
  const Chart one = Cusum(std::vector<Location>(3), {0.5, 5});
  EXPECT_EQ(one.up, std::vector<double>(3, 0));
}

}  // namespace
}  // namespace assay
