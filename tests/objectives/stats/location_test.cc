#include "objectives/stats/location.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// SciPy 1.10.1: scipy.stats.t.ppf, sf.
TEST(StudentQuantile, KnownValues) {
  EXPECT_NEAR(StudentQuantile(0.975, 11), 2.20098516, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.995, 3), 5.8409093, 1e-7);
  EXPECT_NEAR(StudentQuantile(0.9, 1.5), 2.19639842, 1e-8);
  EXPECT_NEAR(StudentQuantile(0.975, kInfinity), 1.959963985, 1e-8);
}

TEST(Location, KnownPValues) {
  const Location seven{.value = 2.5, .standard_error = 1, .degrees_of_freedom = 7};
  EXPECT_NEAR(seven.PAbove(0), 0.020496109292876437, 1e-12);
  EXPECT_NEAR(seven.PBelow(0), 1 - 0.020496109292876437, 1e-12);
  const Location scaled{.value = -3, .standard_error = 4, .degrees_of_freedom = 2.5};
  EXPECT_NEAR(scaled.PBelow(1), 0.20203051363913677, 1e-12);
}

// What the two-sided interval excludes, a one-sided test at half the level rejects.
TEST(Location, IntervalAndTestsAgree) {
  const Location location{.value = 0.3, .standard_error = 0.1, .degrees_of_freedom = 5};
  const Interval interval = location.At(0.9).interval;
  EXPECT_NEAR(location.PAbove(interval.lo), 0.05, 1e-12);
  EXPECT_NEAR(location.PBelow(interval.hi), 0.05, 1e-12);
  EXPECT_EQ(interval.level, 0.9);
}

TEST(Location, NothingKnownIsUnboundedAndNeverRejects) {
  for (const Location& nothing :
       {Location{}, Location{.value = 5}, Location{5, 1, 0}, Location{5, std::nan(""), 3}}) {
    EXPECT_FALSE(nothing.known());
    EXPECT_EQ(nothing.At().interval.lo, -kInfinity);
    EXPECT_EQ(nothing.At().interval.hi, kInfinity);
    EXPECT_EQ(nothing.PAbove(0), 1);
    EXPECT_EQ(nothing.PBelow(0), 1);
  }
}

TEST(Location, WithoutErrorEveryDifferenceIsSure) {
  const Location exact{.value = 2, .standard_error = 0, .degrees_of_freedom = 3};
  EXPECT_EQ(exact.PAbove(1), 0);
  EXPECT_EQ(exact.PAbove(2), 1);
  EXPECT_EQ(exact.PBelow(3), 0);
  EXPECT_EQ(exact.At().interval.lo, 2);
  EXPECT_EQ(exact.At().interval.hi, 2);
}

}  // namespace
}  // namespace assay
