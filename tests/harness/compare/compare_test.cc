#include "harness/compare/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/harness/compare/rows.h"

namespace assay::compare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Side OneFile(const std::string& name, const std::vector<std::string>& rows) {
  return {name, {Parse(Record(rows), name)}};
}

std::vector<std::string> Join(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Runs of about `nanoseconds`, scattered by a permille.
std::vector<std::string> Steady(const std::string& name, double nanoseconds) {
  std::vector<double> times;
  for (const double offset : {0.0, 1.0, -1.0, 0.5, -0.5}) {
    times.push_back(nanoseconds * (1 + 0.001 * offset));
  }
  return Runs(name, times);
}

TEST(Compare, MatchesByNameAndJudges) {
  const std::vector<Side> sides = {
      OneFile("a", Join(Join(Steady("fast", 100), Steady("slow", 100)),
                        Join(Steady("even", 100), Steady("gone", 1)))),
      OneFile("b", Join(Join(Steady("even", 100.1), Steady("slow", 110)),
                        Join(Steady("fast", 80), Steady("new", 1))))};
  const auto contrasts = Compare(sides, {});
  ASSERT_TRUE(contrasts.ok()) << contrasts.message();
  const Contrast& contrast = (*contrasts)[0];
  ASSERT_EQ(contrast.lines.size(), 3u);
  EXPECT_EQ(contrast.lines[0].name(), "fast");
  EXPECT_EQ(contrast.lines[0].judgement.verdict, Verdict::kBetter);
  EXPECT_NEAR(contrast.lines[0].judgement.ratio.value, 0.8, 1e-6);
  EXPECT_EQ(contrast.lines[1].judgement.verdict, Verdict::kWorse);
  EXPECT_EQ(contrast.lines[2].judgement.verdict, Verdict::kSame);
  EXPECT_THAT(contrast.only_in_baseline, ElementsAre("gone"));
  EXPECT_THAT(contrast.only_in_candidate, ElementsAre("new"));
  EXPECT_NEAR(contrast.geometric_mean.value, std::cbrt(0.8 * 1.1 * 1.001), 1e-6);
  EXPECT_LT(contrast.geometric_mean.interval.hi - contrast.geometric_mean.interval.lo, 0.01);
}

TEST(Compare, ASingleRunIsUnsureWithoutAnInterval) {
  const std::vector<Side> sides = {OneFile("a", {OneRun("x", 100)}),
                                   OneFile("b", {OneRun("x", 50)})};
  const auto contrasts = *Compare(sides, {});
  const Line& line = contrasts[0].lines[0];
  EXPECT_NEAR(line.judgement.ratio.value, 0.5, 1e-12);
  EXPECT_EQ(line.judgement.verdict, Verdict::kUnsure);
  EXPECT_TRUE(std::isinf(line.judgement.ratio.interval.hi));
  EXPECT_EQ(line.note, "a single run: no interval");
  EXPECT_NEAR(contrasts[0].geometric_mean.value, 0.5, 1e-12);
  EXPECT_TRUE(std::isinf(contrasts[0].geometric_mean.interval.hi));
}

TEST(Compare, RunsAgainstStatistics) {
  const std::vector<Side> sides = {
      OneFile("a", Steady("x", 100)),
      OneFile("b", {Statistic("x", "mean", 60), Statistic("x", "stddev", 0.1)})};
  const auto contrasts = *Compare(sides, {.clock = ClockChoice::kReal});
  EXPECT_EQ(contrasts[0].lines[0].judgement.verdict, Verdict::kBetter);
  EXPECT_NEAR(contrasts[0].lines[0].judgement.ratio.value, 0.6, 1e-4);
}

TEST(Compare, AFailureIsALineWithoutARatio) {
  const std::vector<Side> sides = {
      OneFile("a", Join(Steady("x", 100), Steady("y", 100))),
      OneFile("b", Join(Steady("y", 100),
                        {R"({"name": "x", "error_occurred": true, "error_message": "oh"})"}))};
  const auto contrasts = *Compare(sides, {});
  EXPECT_FALSE(contrasts[0].lines[0].has_ratio());
  EXPECT_EQ(contrasts[0].lines[0].note, "candidate: error: oh");
  EXPECT_EQ(contrasts[0].averaged, 1);
}

TEST(Compare, FilterAndThreeSides) {
  const std::vector<Side> sides = {OneFile("a", Join(Steady("x/1", 100), Steady("y/1", 100))),
                                   OneFile("b", Join(Steady("x/1", 90), Steady("y/1", 100))),
                                   OneFile("c", Steady("x/1", 50))};
  CompareOptions options;
  options.filter = std::regex("^x");
  const auto contrasts = *Compare(sides, options);
  ASSERT_EQ(contrasts.size(), 2u);
  EXPECT_EQ(contrasts[0].lines.size(), 1u);
  EXPECT_EQ(contrasts[1].candidate, "c");
  EXPECT_NEAR(contrasts[1].lines[0].judgement.ratio.value, 0.5, 1e-6);
  options.filter = std::regex("z");
  EXPECT_THAT(Compare(sides, options).message(), HasSubstr("no benchmark that --filter leaves"));
  const std::vector<Side> strangers = {OneFile("a", Steady("x", 1)), OneFile("b", Steady("y", 1))};
  EXPECT_EQ(Compare(strangers, {}).message(), "no benchmark is in both a and b");
}

// Three processes a side. Each is shifted as a whole: lines alone are unsure, and the mean's
// interval is as wide as the shifts, not narrower by the number of lines.
TEST(Compare, ProcessesThatShiftAsAWholeShiftTheMean) {
  Side a{"a", {}}, b{"b", {}};
  for (const double shift : {0.95, 1.0, 1.05}) {
    std::vector<std::string> rows;
    for (int i = 0; i < 20; ++i) {
      rows = Join(rows, Steady(fmt::format("bench{}", i), 100 * shift));
    }
    a.files.push_back(Parse(Record(rows)));
    b.files.push_back(Parse(Record(rows)));
  }
  const std::vector<Side> sides = {a, b};
  const auto contrasts = *Compare(sides, {});
  EXPECT_EQ(contrasts[0].lines[0].judgement.verdict, Verdict::kUnsure);
  EXPECT_EQ(contrasts[0].lines[0].baseline.runs, 15);
  const Interval mean = contrasts[0].geometric_mean.interval;
  EXPECT_NEAR(mean.hi - mean.lo,
              contrasts[0].lines[0].judgement.ratio.interval.hi -
                  contrasts[0].lines[0].judgement.ratio.interval.lo,
              1e-9);
}

TEST(MachineDifferences, NameBothFiles) {
  const auto at = [](const std::string& path, const std::string& host) {
    return Parse(Record({}, fmt::format(R"({{"host_name": "{}"}})", host)), path);
  };
  const std::vector<Side> same = {{"a", {at("a", "h")}}, {"b", {at("b", "h"), at("b2", "h")}}};
  EXPECT_TRUE(MachineDifferences(same).empty());
  const std::vector<Side> other = {{"a", {at("a", "h")}}, {"b", {at("b", "h"), at("b2", "i")}}};
  EXPECT_THAT(MachineDifferences(other),
              ElementsAre(testing::AllOf(HasSubstr("a is of"), HasSubstr("b2 of")),
                          "  host_name: h and i"));
}

}  // namespace
}  // namespace assay::compare
