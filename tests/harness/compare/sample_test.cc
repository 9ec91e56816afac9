#include "harness/compare/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/harness/compare/rows.h"

namespace assay::compare {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

std::vector<Sample> Of(const std::string& text, ClockChoice choice = ClockChoice::kReal) {
  const std::vector<BenchmarkFile> files = {Parse(text)};
  return Samples(files, choice);
}

TEST(Samples, RepetitionsAreRunsAndStatisticsBesideThemAreIgnored) {
  auto rows = Runs("a", {10, 12, 11});
  rows.push_back(Statistic("a", "mean", 99));
  const auto samples = Of(Record(rows));
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].runs, 3);
  EXPECT_DOUBLE_EQ(samples[0].median_s, 11e-9);
  EXPECT_FALSE(samples[0].statistics);
  EXPECT_TRUE(samples[0].logarithm.known());
}

TEST(Samples, StatisticsAloneStandForTheirRuns) {
  const auto samples = Of(Record({Statistic("a", "mean", 100), Statistic("a", "median", 98),
                                  Statistic("a", "stddev", 2), Statistic("a", "cv", 0.02)}));
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_TRUE(samples[0].statistics);
  EXPECT_EQ(samples[0].runs, 4);
  EXPECT_DOUBLE_EQ(samples[0].median_s, 98e-9);
  EXPECT_DOUBLE_EQ(samples[0].logarithm.value, std::log(100e-9));
  EXPECT_DOUBLE_EQ(samples[0].logarithm.standard_error, 0.02 / 2);
  EXPECT_EQ(samples[0].logarithm.degrees_of_freedom, 3);
}

TEST(Samples, StatisticsWithoutADeviationHaveNoError) {
  const auto samples = Of(Record({Statistic("a", "median", 98)}));
  EXPECT_DOUBLE_EQ(samples[0].median_s, 98e-9);
  EXPECT_FALSE(samples[0].logarithm.known());
}

TEST(Samples, OneRunHasNoError) {
  const auto samples = Of(Record({OneRun("a", 10)}));
  EXPECT_DOUBLE_EQ(samples[0].median_s, 10e-9);
  EXPECT_DOUBLE_EQ(samples[0].logarithm.value, std::log(10e-9));
  EXPECT_FALSE(samples[0].logarithm.known());
}

// Two benchmarks registered under one name stay two; rows of a concatenation are more runs.
TEST(Samples, DuplicateNames) {
  const auto samples =
      Of(Record({OneRun("a", 10, 0, 0), OneRun("a", 20, 0, 1), OneRun("a", 11, 0, 0)}));
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[0].name, "a");
  EXPECT_THAT(samples[0].seconds, Pointwise(DoubleEq(), {10e-9, 11e-9}));
  EXPECT_EQ(samples[1].name, "a #2");
  EXPECT_THAT(samples[1].seconds, Pointwise(DoubleEq(), {20e-9}));
}

TEST(Samples, TheClockIsTheOneTheBenchmarkAskedFor) {
  const std::string threads =
      R"({"name": "t", "threads": 2, "real_time": 1, "cpu_time": 2, "time_unit": "ns"})";
  const auto samples =
      Of(Record({OneRun("a", 10), OneRun("a/real_time", 10), OneRun("a/manual_time", 10), threads}),
         ClockChoice::kAsTimed);
  std::vector<Clock> clocks;
  for (const Sample& sample : samples) clocks.push_back(sample.clock);
  EXPECT_THAT(clocks, ElementsAre(Clock::kCpu, Clock::kReal, Clock::kReal, Clock::kReal));
  EXPECT_DOUBLE_EQ(samples[0].median_s, 5e-9);
  EXPECT_DOUBLE_EQ(samples[1].median_s, 10e-9);
}

TEST(Samples, BadTimesAreLeftOutAndSaid) {
  const std::string nan = R"({"name": "a", "real_time": NaN, "cpu_time": 2, "time_unit": "ns"})";
  const std::string zero = R"({"name": "a", "real_time": 0, "cpu_time": 2, "time_unit": "ns"})";
  const std::string good = R"({"name": "a", "real_time": 7, "cpu_time": 2, "time_unit": "ns"})";
  const auto some = Of(Record({nan, good, zero}));
  EXPECT_EQ(some[0].runs, 1);
  EXPECT_THAT(some[0].problem, HasSubstr("2 of its times"));
  const auto none = Of(Record({nan}));
  EXPECT_TRUE(std::isnan(none[0].median_s));
  EXPECT_FALSE(none[0].logarithm.known());
}

TEST(Samples, AFailedBenchmarkHasNoTime) {
  const auto samples = Of(Record(
      {R"({"name": "a", "run_type": "iteration", "error_occurred": true, "error_message": "no"})"}));
  EXPECT_EQ(samples[0].problem, "error: no");
  EXPECT_TRUE(std::isnan(samples[0].median_s));
}

// Every file is one value: the median of its runs.
TEST(Samples, SeveralFilesAreSeveralProcesses) {
  const std::vector<BenchmarkFile> files = {Parse(Record(Runs("a", {10, 11, 30}))),
                                            Parse(Record(Runs("a", {12, 13, 14}))),
                                            Parse(Record(Runs("b", {5})))};
  const auto samples = Samples(files, ClockChoice::kReal);
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_THAT(samples[0].seconds, Pointwise(DoubleEq(), {11e-9, 13e-9}));
  EXPECT_EQ(samples[0].runs, 6);
  EXPECT_THAT(samples[1].seconds, Pointwise(DoubleEq(), {5e-9}));
}

}  // namespace
}  // namespace assay::compare
