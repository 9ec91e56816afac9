#include "harness/tune/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "objectives/registry.h"

namespace assay::tune {
namespace {

using nlohmann::json;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<uint64_t> Bits(const std::vector<double>& values) {
  std::vector<uint64_t> bits;
  for (double value : values) bits.push_back(std::bit_cast<uint64_t>(value));
  return bits;
}

// The series after a journal: text, and back.
Series ThroughText(const Series& series) {
  const Objectives before = {*MakeObjective("accuracy")}, after = {*MakeObjective("accuracy")};
  before[0]->Restore("trial 1", series);
  const std::vector<std::string> subjects = {"trial 1", "trial 2"};
  const std::string text = SeriesToJson(before, subjects).dump();
  const Status status = RestoreSeries(json::parse(text), after);
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_TRUE(after[0]->results("trial 2").values.empty());
  return after[0]->results("trial 1");
}

TEST(Series, NumbersKeepTheirBits) {
  Series series;
  series.values = {0.1, 1.0 / 3, -0.0, 5e-324, 1.7976931348623157e308, -kInfinity, kInfinity, 1e22};
  series.outcomes = {0.25, -1e-300, std::nextafter(1.0, 2.0)};
  series.details = {{"samples", "", 3}, {"p50", "s", 1e-7}, {"none", "s", kUnavailable}};
  series.samples = 64;
  const Series read = ThroughText(series);
  EXPECT_EQ(Bits(read.values), Bits(series.values));
  EXPECT_EQ(Bits(read.outcomes), Bits(series.outcomes));
  EXPECT_EQ(read.samples, 64);
  ASSERT_EQ(read.details.size(), 3u);
  EXPECT_EQ(read.details[1].name, "p50");
  EXPECT_EQ(read.details[1].unit, "s");
  EXPECT_EQ(read.details[1].value, 1e-7);
  EXPECT_TRUE(std::isnan(read.details[2].value));
}

TEST(Series, EachOfSeveralMetricsKeepsItsOutcomes) {
  Series series;
  series.values = {0.5};
  series.metrics = {{"topk", "", true, 0.5, {1, 0}}, {"MAE", "MAE", false, 0.1, {0.05, 0.15}}};
  const Series read = ThroughText(series);
  ASSERT_EQ(read.metrics.size(), 2u);
  EXPECT_EQ(read.metrics[0].name, "topk");
  EXPECT_TRUE(read.metrics[0].higher_is_better);
  EXPECT_EQ(read.metrics[1].unit, "MAE");
  EXPECT_FALSE(read.metrics[1].higher_is_better);
  EXPECT_EQ(Bits({read.OfMetric(1).Mean()}), Bits({0.1}));
  EXPECT_EQ(Bits(read.OfMetric(0).outcomes), Bits({1, 0}));
  EXPECT_EQ(Bits(read.OfMetric(1).outcomes), Bits({0.05, 0.15}));
}

TEST(Series, RightAndWrongOfAnyNumber) {
  for (size_t count = 0; count < 40; ++count) {
    Series series;
    series.values = {0.5};
    for (size_t i = 0; i < count; ++i) series.outcomes.push_back(i * i % 3 == 1 ? 1 : 0);
    EXPECT_EQ(Bits(ThroughText(series).outcomes), Bits(series.outcomes)) << count;
  }
  Series zeros;
  zeros.values = {0};
  zeros.outcomes = {0.0, -0.0, 1.0};
  EXPECT_EQ(Bits(ThroughText(zeros).outcomes), Bits(zeros.outcomes));
}

TEST(Series, WhatIsNotASeriesIsAnError) {
  const Objectives objectives = {*MakeObjective("accuracy")};
  for (const char* text :
       {"null", "[]", "{\"a\": {\"accuracy\": 5}}", "{\"a\": {\"accuracy\": {\"values\": [1]}}}",
        "{\"a\": {\"accuracy\": {\"values\": [{}], \"samples\": 1}}}",
        "{\"a\": {\"accuracy\": {\"values\": [], \"samples\": 1, \"outcomes\": {\"bits\": "
        "\"zz\"}}}}"}) {
    EXPECT_THAT(RestoreSeries(json::parse(text), objectives).message(),
                testing::HasSubstr("its series cannot be read"))
        << text;
  }
}

}  // namespace
}  // namespace assay::tune
