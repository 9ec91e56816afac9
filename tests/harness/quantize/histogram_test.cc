#include "harness/quantize/histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace assay::quantize {
namespace {

std::vector<float> Noise(int count, float spread, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(normal(random));
  return values;
}

void ExpectSame(const Histogram& a, const Histogram& b) {
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.zeros(), b.zeros());
  EXPECT_EQ(a.reach(), b.reach());
  EXPECT_EQ(a.range(), b.range());
  for (int bin = 0; bin < Histogram::kBins; ++bin) ASSERT_EQ(a[bin], b[bin]) << bin;
}

TEST(Histogram, TheOrderDoesNotMatter) {
  const auto small = Noise(500, 0.01f, 1), large = Noise(500, 300, 2);
  Histogram up, down;
  up.Add(small);
  up.Add(large);
  down.Add(large);
  down.Add(small);
  ExpectSame(up, down);
}

TEST(Histogram, PartsMergeToTheWhole) {
  const auto small = Noise(500, 0.01f, 1), large = Noise(500, 300, 2);
  Histogram whole, first, second, empty;
  whole.Add(small);
  whole.Add(large);
  first.Add(small);
  second.Add(large);
  Histogram reversed = second;
  first.Merge(second);
  ExpectSame(first, whole);
  Histogram other;
  other.Add(small);
  reversed.Merge(other);
  reversed.Merge(empty);
  ExpectSame(reversed, whole);
}

TEST(Histogram, ElementsAreWhereTheyBelong) {
  Histogram histogram;
  const float values[] = {0.75f,  -3.0f,         0.0f,
                          100.0f, std::nanf(""), std::numeric_limits<float>::infinity()};
  histogram.Add(values);
  EXPECT_EQ(histogram.count(), 4);
  EXPECT_EQ(histogram.zeros(), 1);
  EXPECT_EQ(histogram.range(), (Range{-3, 100}));
  EXPECT_EQ(histogram.reach(), 128);
  int64_t found = 0;
  for (int bin = 0; bin < Histogram::kBins; ++bin) {
    if (histogram[bin] == 0) continue;
    found += histogram[bin];
    double nearest = 1e9;
    for (float x : {0.75f, -3.0f, 100.0f}) {
      nearest = std::min(nearest, std::fabs(double{x} - histogram.center(bin)));
    }
    EXPECT_LE(nearest, histogram.bin_width() / 2);
  }
  EXPECT_EQ(found, 3);
}

TEST(Histogram, ExtremesOfFloat) {
  Histogram histogram;
  const float values[] = {std::numeric_limits<float>::denorm_min(),
                          std::numeric_limits<float>::max(), -std::numeric_limits<float>::max()};
  histogram.Add(values);
  EXPECT_EQ(histogram.count(), 3);
  int64_t found = 0;
  for (int bin = 0; bin < Histogram::kBins; ++bin) found += histogram[bin];
  EXPECT_EQ(found, 3);
  EXPECT_TRUE(std::isfinite(histogram.reach()));
}

}  // namespace
}  // namespace assay::quantize
