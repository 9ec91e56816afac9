#include "objectives/objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "objectives/registry.h"
#include "tests/objectives/contract.h"

namespace assay {
namespace {

std::shared_ptr<Objective> Make(const std::string& name) { return MakeObjective(name).value(); }

double ExtraOf(const Summary& summary, const std::string& name) {
  for (const NamedValue& extra : summary.extras) {
    if (extra.name == name) return extra.value;
  }
  ADD_FAILURE() << "no extra named " << name;
  return kUnavailable;
}

class BuiltinObjective : public testing::TestWithParam<const ObjectiveEntry*> {};

TEST_P(BuiltinObjective, KeepsTheContract) { ExpectContract(*GetParam()->make()); }

TEST_P(BuiltinObjective, IsUnavailableWhereNothingWasObserved) {
  const auto objective = GetParam()->make();
  Observe(*objective, "fp32", {});
  ASSERT_EQ(objective->result_list().size(), 1u);
  EXPECT_FALSE(IsAvailable(objective->result_list()[0]));
  EXPECT_FALSE(IsAvailable(objective->Report().value));
  EXPECT_FALSE(objective->Compare("fp32", "fp32").has_value());
}

TEST_P(BuiltinObjective, OnlyAccuracyIsBetterWhenHigher) {
  EXPECT_EQ(GetParam()->info.higher_is_better, GetParam()->info.name == "accuracy");
}

INSTANTIATE_TEST_SUITE_P(All, BuiltinObjective,
                         testing::ValuesIn(BuiltinObjectives().begin(), BuiltinObjectives().end()),
                         [](const auto& info) { return info.param->info.name; });

TEST(Objective, ResultIsTheMeanOfASlice) {
  const auto size = Make("modelsize");
  for (int64_t bytes : {100, 10, 20, 30}) Observe(*size, "m", {.artifact_bytes = bytes});
  EXPECT_EQ(size->Result(), 40);
  EXPECT_EQ(size->Result(1), 20);
  EXPECT_EQ(size->Result(1, 3), 15);
  EXPECT_EQ(size->Result(2, 99), 25);
  EXPECT_FALSE(IsAvailable(size->Result(3, 1)));
}

TEST(ObjectiveDeathTest, StartAndEndAlternate) {
  const auto size = Make("modelsize");
  EXPECT_DEATH(size->End({}), "running_");
  size->Start({.name = "a"});
  EXPECT_DEATH(size->Start({.name = "b"}), "running_");
}

TEST(Performance, ValueIsTheMedianSoOneSlowRunDoesNotCount) {
  const auto performance = Make("performance");
  for (double s : {1e-3, 2e-3, 3e-3, 4e-3, 1.0}) {
    Observe(*performance, "m", {.duration_s = s, .samples = 8});
  }
  EXPECT_DOUBLE_EQ(performance->Value(), 3e-3);
  const Summary summary = performance->Report();
  EXPECT_DOUBLE_EQ(ExtraOf(summary, "p50"), 3e-3);
  EXPECT_DOUBLE_EQ(ExtraOf(summary, "p90"), 4e-3 + 0.6 * (1.0 - 4e-3));
  EXPECT_GT(ExtraOf(summary, "p99"), ExtraOf(summary, "p90"));
  EXPECT_DOUBLE_EQ(ExtraOf(summary, "throughput"), 8 / 3e-3);
  ASSERT_TRUE(summary.interval.has_value());
  EXPECT_TRUE(summary.interval->Contains(3e-3));
}

TEST(Performance, ComparesByTheRatioOfInterleavedRounds) {
  const auto performance = Make("performance");
  for (int i = 0; i < 40; ++i) {
    const double round = i % 4 == 0 ? 1.5 : 1;  // Now and then the machine is slow for both.
    Observe(*performance, "fp32", {.duration_s = 2e-3 * round * (1 + 0.01 * (i % 7))});
    Observe(*performance, "int8", {.duration_s = 1e-3 * round * (1 + 0.01 * (i % 5))});
  }
  const auto change = performance->Compare("int8", "fp32");
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->kind, Change::Kind::kRatio);
  EXPECT_NEAR(change->estimate.value, 0.5, 0.02);
  EXPECT_EQ(change->Sign(), -1);
}

TEST(Performance, UnequalNumbersOfRunsAreStillCompared) {
  const auto performance = Make("performance");
  for (int i = 0; i < 20; ++i) Observe(*performance, "a", {.duration_s = 1 + 0.01 * (i % 5)});
  for (int i = 0; i < 30; ++i) Observe(*performance, "b", {.duration_s = 2 + 0.01 * (i % 5)});
  EXPECT_EQ(performance->Compare("a", "b")->Sign(), -1);
  EXPECT_EQ(performance->Compare("b", "a")->Sign(), 1);
}

// n samples, the first `right` of them right.
std::vector<double> Scores(size_t n, size_t right) {
  std::vector<double> scores(n);
  std::fill_n(scores.begin(), right, 1.0);
  return scores;
}

TEST(Accuracy, IsTheMetricOverTheLabelledSet) {
  const auto accuracy = Make("accuracy");
  const std::vector<double> scores = Scores(1000, 915);
  Observe(*accuracy, "fp32", {.metric = 0.915, .sample_scores = scores});
  EXPECT_EQ(accuracy->Value(), 0.915);
  EXPECT_EQ(accuracy->results().outcomes, scores);
  const Summary summary = accuracy->Report();
  EXPECT_NEAR(summary.interval->lo, 0.8960, 1e-4);  // Wilson.
  EXPECT_NEAR(summary.interval->hi, 0.9308, 1e-4);
  EXPECT_EQ(ExtraOf(summary, "samples"), 1000);
}

TEST(Accuracy, WithoutAMetricIsTheMeanScore) {
  const auto accuracy = Make("accuracy");
  const std::vector<double> scores = {0.5, 1, 0.75};
  Observe(*accuracy, "m", {.sample_scores = scores});
  EXPECT_DOUBLE_EQ(accuracy->Value(), 0.75);
}

TEST(Accuracy, PairingTellsASmallDropFromNoise) {
  const auto accuracy = Make("accuracy");
  // The same drop of 10 in 1,000: once on samples the other gets right too, once by mere churn.
  std::vector<double> base = Scores(1000, 900), nested = Scores(1000, 890), churned = base;
  for (size_t i = 0; i < 60; ++i) churned[i] = 0;
  for (size_t i = 0; i < 50; ++i) churned[900 + i] = 1;
  Observe(*accuracy, "fp32", {.sample_scores = base});
  Observe(*accuracy, "nested", {.sample_scores = nested});
  Observe(*accuracy, "churned", {.sample_scores = churned});
  EXPECT_DOUBLE_EQ(accuracy->Compare("nested", "fp32")->estimate.value, -0.01);
  EXPECT_EQ(accuracy->Compare("nested", "fp32")->Sign(), -1);
  EXPECT_EQ(accuracy->Compare("fp32", "nested")->Sign(), 1);
  EXPECT_NEAR(accuracy->Compare("churned", "fp32")->estimate.value, -0.01, 1e-12);
  EXPECT_EQ(accuracy->Compare("churned", "fp32")->Sign(), 0);
}

TEST(Accuracy, ScoresBetweenZeroAndOneArePairedByBootstrap) {
  const auto accuracy = Make("accuracy");
  std::vector<double> base, lower;
  for (int i = 0; i < 200; ++i) {
    base.push_back(0.5 + 0.002 * i);
    lower.push_back(base.back() - 0.01 * (i % 3));
  }
  Observe(*accuracy, "fp32", {.sample_scores = base});
  Observe(*accuracy, "int8", {.sample_scores = lower});
  EXPECT_EQ(accuracy->Compare("int8", "fp32")->Sign(), -1);
  EXPECT_TRUE(accuracy->Report("int8").interval->Contains(accuracy->Value("int8")));
}

TEST(Accuracy, AMetricThatIsNoMeanOfScoresHasNoInterval) {
  const auto accuracy = Make("accuracy");
  const std::vector<double> scores = Scores(10, 5);
  Observe(*accuracy, "m", {.metric = 0.7, .sample_scores = scores});
  EXPECT_FALSE(accuracy->Report().interval.has_value());
  EXPECT_FALSE(accuracy->Compare("m", "m").has_value());
}

TEST(Footprint, ReportsArenaAndResidentSetBesideThePeak) {
  const auto footprint = Make("footprint");
  Observe(*footprint, "m", {.peak_live_bytes = 512 << 20, .arena_bytes = 77, .peak_rss_bytes = 99});
  EXPECT_EQ(footprint->Value(), 512 << 20);
  EXPECT_EQ(ExtraOf(footprint->Report(), "arena"), 77);
  EXPECT_EQ(ExtraOf(footprint->Report(), "peak_rss"), 99);
}

TEST(Footprint, IsUnavailableNotZeroWhereThePeakIsUnknown) {
  const auto footprint = Make("footprint");
  Observe(*footprint, "m", {.arena_bytes = 77});
  EXPECT_FALSE(IsAvailable(footprint->Value()));
  EXPECT_EQ(ExtraOf(footprint->Report(), "arena"), 77);
}

TEST(ModelSize, IsTheArtifactsBytes) {
  const auto size = Make("modelsize");
  Observe(*size, "m", {.artifact_bytes = 123457});
  EXPECT_EQ(size->Value(), 123457);
  EXPECT_EQ(size->unit(), "bytes");
}

}  // namespace
}  // namespace assay
