#include "objectives/comparison.h"

#include <gtest/gtest.h>

#include "tests/objectives/stats/simulation.h"

namespace assay {
namespace {

// A ratio known to within a hundredth of a percent.
Location Sharp(double ratio) { return {std::log(ratio), 1e-4, 20}; }

Verdict Of(const Location& location, const ComparisonRules& rules = {}) {
  return Judge(std::vector<Location>{location}, rules)[0].verdict;
}

TEST(Judge, TheMarginDividesVerdicts) {
  EXPECT_EQ(Of(Sharp(0.98)), Verdict::kBetter);
  EXPECT_EQ(Of(Sharp(0.995)), Verdict::kSame);
  EXPECT_EQ(Of(Sharp(1)), Verdict::kSame);
  EXPECT_EQ(Of(Sharp(1.005)), Verdict::kSame);
  EXPECT_EQ(Of(Sharp(1.01)), Verdict::kUnsure);
  EXPECT_EQ(Of(Sharp(1.02)), Verdict::kWorse);
  EXPECT_EQ(Of(Sharp(1.02), {.margin = 0.05}), Verdict::kSame);
  EXPECT_EQ(Of(Sharp(1.005), {.margin = 0}), Verdict::kWorse);
  EXPECT_EQ(Of(Sharp(1), {.margin = 0}), Verdict::kUnsure);
}

TEST(Judge, NoiseAndUnknownErrorsAreUnsure) {
  EXPECT_EQ(Of({std::log(1.1), 0.2, 8}), Verdict::kUnsure);
  EXPECT_EQ(Of({.value = std::log(2.0)}), Verdict::kUnsure);
  EXPECT_EQ(Of({}), Verdict::kUnsure);
}

// A p-value that convinces alone does not among twenty lines without any effect.
TEST(Judge, ManyLinesAreHeldToMore) {
  const Location doubtful{0.01 + 0.025, 0.01, 30};  // p = 0.018, two-sided.
  std::vector<Location> lines(20, Location{0, 0.01, 30});
  lines[7] = doubtful;
  EXPECT_EQ(Of(doubtful), Verdict::kWorse);
  EXPECT_EQ(Judge(lines)[7].verdict, Verdict::kUnsure);
  EXPECT_EQ(Judge(lines, {.correction = Correction::kAnyFalse})[7].verdict, Verdict::kUnsure);
  EXPECT_EQ(Judge(lines, {.correction = Correction::kNone})[7].verdict, Verdict::kWorse);
}

TEST(Judge, LinesOfUnknownErrorAreNotCounted) {
  std::vector<Location> lines(50, Location{.value = 0});
  lines[3] = {0.035, 0.01, 30};
  const auto judgements = Judge(lines);
  EXPECT_EQ(judgements[3].verdict, Verdict::kWorse);
  EXPECT_NEAR(judgements[3].p_beyond, Judge(std::vector<Location>{lines[3]})[0].p_beyond, 1e-15);
  EXPECT_TRUE(std::isnan(judgements[0].p_beyond));
}

TEST(Judge, RatioAndIntervalAreThoseOfTheLine) {
  const Judgement judgement = Judge(std::vector<Location>{Sharp(0.5)}, {.level = 0.9})[0];
  EXPECT_NEAR(judgement.ratio.value, 0.5, 1e-12);
  EXPECT_EQ(judgement.ratio.interval.level, 0.9);
  EXPECT_LT(judgement.ratio.interval.lo, 0.5);
  EXPECT_GT(judgement.ratio.interval.lo, 0.4999);
}

std::vector<double> Times(Normal& normal, size_t n, double center, double deviation) {
  std::vector<double> values = normal.Sample(n, std::log(center), deviation);
  for (double& value : values) value = std::exp(value);
  return values;
}

// Twenty benchmarks of six runs each; `changed` of them are slower by `slowdown`. The share of the
// others that is called better or worse, and of the changed ones that is called worse.
struct Shares {
  double false_alarms = 0, found = 0;
};
Shares Simulate(double slowdown, int changed) {
  Normal normal(71);
  Shares shares;
  constexpr int kSuites = 300, kLines = 20;
  for (int suite = 0; suite < kSuites; ++suite) {
    std::vector<Location> lines;
    for (int i = 0; i < kLines; ++i) {
      const double truth = i < changed ? 1 + slowdown : 1;
      lines.push_back(LogRatio(Times(normal, 6, truth, 0.005), Times(normal, 6, 1, 0.005)));
    }
    const auto judgements = Judge(lines);
    for (int i = 0; i < kLines; ++i) {
      const Verdict verdict = judgements[static_cast<size_t>(i)].verdict;
      if (i < changed) {
        shares.found += (verdict == Verdict::kWorse) / (kSuites * 1.0 * changed);
      } else if (verdict == Verdict::kWorse || verdict == Verdict::kBetter) {
        shares.false_alarms += 1 / (kSuites * 1.0 * (kLines - changed));
      }
    }
  }
  return shares;
}

TEST(Judge, RaisesNoAlarmsAndFindsWhatChanged) {
  EXPECT_LT(Simulate(0, 0).false_alarms, 0.0005);
  const Shares shares = Simulate(0.03, 5);
  EXPECT_LT(shares.false_alarms, 0.002);
  EXPECT_GT(shares.found, 0.95);
}

TEST(LogRatio, IsUnknownOfASingleRun) {
  const std::vector<double> one = {2}, two = {1, 1.1};
  EXPECT_FALSE(LogRatio(one, two).known());
  EXPECT_TRUE(LogRatio(two, two).known());
}

TEST(LogRatio, OneDisturbedRunInTenDoesNotMoveIt) {
  std::vector<double> calm(10), disturbed(10);
  for (size_t i = 0; i < 10; ++i) calm[i] = disturbed[i] = 1 + 0.001 * static_cast<double>(i);
  disturbed[3] = 50;
  EXPECT_NEAR(LogRatio(disturbed, calm).value, 0, 0.001);
}

}  // namespace
}  // namespace assay
