#include "harness/compare/benchmark_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/harness/compare/rows.h"

namespace assay::compare {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(ParseBenchmarkJson, UnitsAndNames) {
  for (const auto& [unit, scale] :
       {std::pair{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}}) {
    const BenchmarkFile file = Parse(Record({Statistic("a/8", "mean", 5, unit)}));
    ASSERT_EQ(file.rows.size(), 1u);
    EXPECT_EQ(file.rows[0].name, "a/8");
    EXPECT_EQ(file.rows[0].statistic, "mean");
    EXPECT_EQ(file.rows[0].repetitions, 4);
    EXPECT_DOUBLE_EQ(file.rows[0].real_s, 5 * scale);
  }
}

// Version 1.5 without indices, an error of 1.7, a skip of 1.8, a fit of complexity.
TEST(ParseBenchmarkJson, OtherVersionsAndRows) {
  const BenchmarkFile file = Parse(Record(
      {R"({"name": "old", "iterations": 7, "real_time": 3, "cpu_time": 2, "time_unit": "us"})",
       R"({"name": "bad", "run_type": "iteration", "error_occurred": true, "error_message": "no"})",
       R"({"name": "not", "run_type": "iteration", "skipped": true, "skip_message": "later"})",
       R"({"name": "fit_BigO", "run_name": "fit", "run_type": "aggregate", "aggregate_name": "BigO",
           "cpu_coefficient": 1, "real_coefficient": 1, "big_o": "N", "time_unit": "ns"})",
       Statistic("cv", "cv", 0.01)}));
  ASSERT_EQ(file.rows.size(), 3u);
  EXPECT_EQ(file.rows[0].statistic, "");
  EXPECT_EQ(file.rows[0].family, -1);
  EXPECT_DOUBLE_EQ(file.rows[0].cpu_s, 2e-6);
  EXPECT_EQ(file.rows[1].failure, "error: no");
  EXPECT_EQ(file.rows[2].failure, "skipped: later");
}

TEST(ParseBenchmarkJson, NumbersThatJsonDoesNotHave) {
  const BenchmarkFile file = Parse(Record(
      {R"({"name": "a", "real_time": NaN, "cpu_time": 1, "time_unit": "ns", "rate": Infinity})"}));
  EXPECT_TRUE(std::isnan(file.rows[0].real_s));
  EXPECT_DOUBLE_EQ(file.rows[0].cpu_s, 1e-9);
}

TEST(ParseBenchmarkJson, ContextOrNone) {
  const BenchmarkFile file =
      Parse(Record({}, R"({"num_cpus": 2, "host_name": "h", "caches": []})"));
  EXPECT_EQ(file.context.at("num_cpus"), "2");
  EXPECT_EQ(file.context.at("host_name"), "h");
  EXPECT_EQ(file.context.at("caches"), "[]");
  EXPECT_THAT(Parse(R"({"benchmarks": []})").context, IsEmpty());
  EXPECT_THAT(Parse(R"({"context": 3, "benchmarks": []})").context, IsEmpty());
}

TEST(ParseBenchmarkJson, BrokenFilesAreOneSentence) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "it is no JSON"},
      {"{\"benchmarks\": [", "it is no JSON"},
      {"[]", "no list 'benchmarks'"},
      {"{}", "no list 'benchmarks'"},
      {R"({"benchmarks": 3})", "no list 'benchmarks'"},
      {R"({"benchmarks": [{}]})", "row 1 of 'benchmarks': it has no name"},
      {R"({"benchmarks": [7]})", "row 1 of 'benchmarks': it is no object"},
      {R"({"benchmarks": [{"name": "a", "real_time": "x"}]})", "'a': 'real_time' is \"x\""},
      {R"({"benchmarks": [{"name": "a", "time_unit": "min"}]})", "time_unit 'min'"},
      {R"({"benchmarks": [{"name": "a", "real_time": [1]}]})", "'real_time' is [1]"},
  };
  for (const auto& [text, contains] : cases) {
    const auto file = ParseBenchmarkJson(text, "x.json");
    ASSERT_FALSE(file.ok()) << text;
    EXPECT_THAT(file.message(), HasSubstr(contains));
    EXPECT_THAT(file.message(), HasSubstr("x.json: "));
  }
}

TEST(ParseBenchmarkJson, DeepNestingIsNoCrash) {
  EXPECT_FALSE(ParseBenchmarkJson(std::string(1 << 20, '['), "x.json").ok());
  const std::string deep(1 << 18, '['), close(1 << 18, ']');
  EXPECT_FALSE(ParseBenchmarkJson(deep + close, "x.json").ok());
}

TEST(ReadBenchmarkFile, AbsentFile) {
  EXPECT_THAT(ReadBenchmarkFile("no/such.json").message(), HasSubstr("no/such.json"));
}

}  // namespace
}  // namespace assay::compare
