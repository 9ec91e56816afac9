#include "objectives/stats/geometric_mean.h"

#include <gtest/gtest.h>

#include "objectives/stats/trimmed.h"
#include "tests/objectives/stats/simulation.h"

namespace assay {
namespace {

TEST(MeanOf, ErrorsAddInSquares) {
  const std::vector<Location> logarithms = {{std::log(2.0), 0.03, 8}, {std::log(8.0), 0.04, 8}};
  const Location mean = MeanOf(logarithms);
  EXPECT_NEAR(Exp(mean.At()).value, 4, 1e-12);
  EXPECT_NEAR(mean.standard_error, 0.025, 1e-12);
  // (9 + 16)^2 / (9^2 / 8 + 16^2 / 8), by hand.
  EXPECT_NEAR(mean.degrees_of_freedom, 625.0 * 8 / 337, 1e-9);
}

TEST(MeanOf, OneIsItself) {
  const std::vector<Location> one = {{0.1, 0.02, 5}};
  EXPECT_NEAR(MeanOf(one).standard_error, 0.02, 1e-15);
  EXPECT_NEAR(MeanOf(one).degrees_of_freedom, 5, 1e-9);
}

TEST(MeanOf, AnUnknownErrorMakesItsErrorUnknown) {
  const std::vector<Location> logarithms = {{0.1, 0.02, 5}, {.value = 0.3}};
  EXPECT_NEAR(MeanOf(logarithms).value, 0.2, 1e-15);
  EXPECT_FALSE(MeanOf(logarithms).known());
  EXPECT_FALSE(MeanOf({}).known());
}

TEST(MeanOf, WithoutErrorsIsExact) {
  const std::vector<Location> logarithms = {{0.1, 0, 5}, {0.3, 0, 4}};
  EXPECT_EQ(MeanOf(logarithms).standard_error, 0);
  EXPECT_TRUE(MeanOf(logarithms).known());
}

// Twelve benchmarks, each faster by another ratio and as noisy as it likes, five repetitions.
TEST(MeanOf, Coverage) {
  Normal normal(41);
  const double coverage = Coverage(4000, 0.065, [&](int) {
    std::vector<Location> logarithms;
    for (int i = 0; i < 12; ++i) {
      const double deviation = 0.01 * (1 + i % 4), effect = 0.01 * (i + 1);
      logarithms.push_back(
          TrimmedDifference(normal.Sample(5, effect, deviation), normal.Sample(5, 0, deviation)));
    }
    return MeanOf(logarithms).At().interval;
  });
  EXPECT_GE(coverage, 0.93);
  EXPECT_LE(coverage, 0.97);
}

TEST(Exp, UnboundedIsZeroToInfinity) {
  const Estimate ratio = Exp(Location{.value = 0}.At());
  EXPECT_EQ(ratio.value, 1);
  EXPECT_EQ(ratio.interval.lo, 0);
  EXPECT_TRUE(std::isinf(ratio.interval.hi));
}

}  // namespace
}  // namespace assay
