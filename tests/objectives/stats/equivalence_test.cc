#include "objectives/stats/equivalence.h"

#include <gtest/gtest.h>

#include "objectives/stats/trimmed.h"
#include "tests/objectives/stats/simulation.h"

namespace assay {
namespace {

// t = (0.5 + 2) / 1 and (0.5 - 2) / 1 at 7 degrees of freedom, by SciPy 1.10.1's t.sf(2.5, 7) and
// its mirror: the larger of both p-values is that of the nearer bound.
TEST(TestMargin, KnownPValues) {
  const Location difference{.value = -0.5, .standard_error = 1, .degrees_of_freedom = 7};
  const MarginTests tests = TestMargin(difference, 2);
  EXPECT_NEAR(difference.PBelow(2), 0.020496109292876437, 1e-12);
  EXPECT_NEAR(tests.within, difference.PAbove(-2), 1e-15);
  EXPECT_GT(tests.within, difference.PBelow(2));
  EXPECT_NEAR(tests.above, 1 - 0.020496109292876437, 1e-12);
  EXPECT_EQ(tests.beyond(), 1);
}

// TOST at 5 % says "within" exactly where the 90 % interval lies within the margin (Schuirmann
// 1987).
TEST(TestMargin, WithinIsTheNinetyPercentInterval) {
  for (double value = -1.5; value <= 1.5; value += 0.05) {
    const Location difference{.value = value, .standard_error = 0.3, .degrees_of_freedom = 9};
    const Interval interval = difference.At(0.9).interval;
    const bool inside = interval.lo > -1 && interval.hi < 1;
    EXPECT_EQ(TestMargin(difference, 1).within < 0.05, inside) << value;
    const bool outside = difference.At(0.95).interval.lo > 1 || difference.At().interval.hi < -1;
    EXPECT_EQ(TestMargin(difference, 1).beyond() < 0.05, outside) << value;
  }
}

TEST(TestMargin, NoMarginIsNeverWithinAndNothingKnownRejectsNothing) {
  EXPECT_EQ(TestMargin({0, 1e-9, 5}, 0).within, 1);
  const MarginTests nothing = TestMargin({}, 0.01);
  EXPECT_EQ(nothing.above, 1);
  EXPECT_EQ(nothing.below, 1);
  EXPECT_EQ(nothing.within, 1);
}

// The share of samples around `truth` in which a test rejects at 5 %.
template <typename PValueOf>
double Rejected(uint64_t seed, double truth, PValueOf p_value_of) {
  Normal normal(seed);
  int rejected = 0;
  for (int i = 0; i < 4000; ++i) {
    const Location difference =
        TrimmedDifference(normal.Sample(10, truth, 0.01), normal.Sample(10, 0, 0.01));
    rejected += p_value_of(TestMargin(difference, 0.02)) < 0.05;
  }
  return rejected / 4000.0;
}

// At the margin itself each test errs in 5 % of cases: four standard deviations around it.
TEST(TestMargin, ErrsAtItsLevelOnTheMargin) {
  EXPECT_NEAR(Rejected(1, 0.02, [](const MarginTests& t) { return t.above; }), 0.05, 0.015);
  EXPECT_NEAR(Rejected(2, -0.02, [](const MarginTests& t) { return t.below; }), 0.05, 0.015);
  EXPECT_NEAR(Rejected(3, 0.02, [](const MarginTests& t) { return t.within; }), 0.05, 0.015);
  EXPECT_NEAR(Rejected(4, 0.02, [](const MarginTests& t) { return t.beyond(); }), 0.025, 0.01);
}

TEST(TestMargin, FindsWhatIsThere) {
  EXPECT_GT(Rejected(5, 0.04, [](const MarginTests& t) { return t.beyond(); }), 0.9);
  EXPECT_GT(Rejected(6, 0, [](const MarginTests& t) { return t.within; }), 0.9);
}

}  // namespace
}  // namespace assay
