#include "objectives/stats/trimmed.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/objectives/stats/simulation.h"

namespace assay {
namespace {

// Self-awareness data of Dana (1990), as Wilcox (2017) uses them.
const std::vector<double> kDana = {77,  87,  88,  114, 151, 210, 219, 246,  253, 262,
                                   296, 299, 306, 376, 428, 515, 666, 1310, 2611};

// SciPy 1.10.1: scipy.stats.trim_mean; numpy.std of scipy.stats.mstats.winsorize.
TEST(TrimmedLocation, KnownParts) {
  EXPECT_NEAR(TrimmedLocation(kDana).value, 282.6923076923077, 1e-9);
  EXPECT_NEAR(WinsorizedDeviation(kDana, 0.2), 146.804042521263, 1e-9);
  EXPECT_EQ(TrimmedLocation(kDana).degrees_of_freedom, 12);
}

// SciPy 1.10.1: scipy.stats.mstats.trimmed_mean_ci(limits=(.2, .2)), trimmed_stde. Twenty values,
// so that their fraction and ours are the same.
TEST(TrimmedLocation, KnownInterval) {
  std::vector<double> values = kDana;
  values.push_back(301);
  const Location location = TrimmedLocation(values);
  EXPECT_NEAR(location.value, 278.9166666666667, 1e-9);
  EXPECT_NEAR(location.standard_error, 39.579898281238876, 1e-9);
  const Interval interval = location.At().interval;
  EXPECT_NEAR(interval.lo, 191.80189791, 1e-7);
  EXPECT_NEAR(interval.hi, 366.03143542, 1e-7);
}

// SciPy 1.10.1: ttest_ind(a, b, trim=.2, equal_var=False): statistic 4.591598691181999, two-sided
// p-value 0.00998909252078421; a and b are of its documentation.
TEST(TrimmedDifference, KnownTest) {
  const std::vector<double> a = {56, 128.6, 12, 123.8, 64.34, 78, 763.3}, b = {1.1, 2.9, 4.2};
  const Location difference = TrimmedDifference(a, b);
  EXPECT_NEAR(difference.value / difference.standard_error, 4.591598691181999, 1e-9);
  EXPECT_NEAR(2 * difference.PAbove(0), 0.00998909252078421, 1e-9);
}

// ttest_ind(x, y, equal_var=False): 5.302038162883696, 0.0018272053738297889.
TEST(TrimmedDifference, WithoutTrimmingIsWelch) {
  const std::vector<double> x = {5.1, 4.9, 5.6, 5.8, 6.0}, y = {4.1, 4.4, 3.9};
  const Location difference = TrimmedDifference(x, y, 0);
  EXPECT_NEAR(difference.value / difference.standard_error, 5.302038162883696, 1e-9);
  EXPECT_NEAR(2 * difference.PAbove(0), 0.0018272053738297889, 1e-9);
}

TEST(Trimmed, TooFewOrBadValuesTellNothing) {
  const std::vector<double> none, one = {3}, bad = {1, std::nan(""), 3}, two = {1, 2};
  for (const auto* values : {&none, &one, &bad}) {
    EXPECT_FALSE(TrimmedLocation(*values).known());
    EXPECT_FALSE(TrimmedDifference(*values, two).known());
    EXPECT_FALSE(TrimmedDifference(two, *values).known());
  }
  EXPECT_TRUE(TrimmedLocation(two).known());
  EXPECT_TRUE(std::isnan(WinsorizedDeviation(one, 0.2)));
}

TEST(Trimmed, EqualValuesLeaveNoDoubt) {
  const std::vector<double> x(5, 2.0), y(6, 3.0);
  EXPECT_EQ(TrimmedDifference(x, y).At().interval.lo, -1);
  EXPECT_EQ(TrimmedDifference(x, y).At().interval.hi, -1);
}

// Most times are close together; one in ten ran into a neighbor.
std::vector<double> Disturbed(Normal& normal, size_t n, double location) {
  std::vector<double> values = normal.Sample(n, location, 0.01);
  for (double& value : values) {
    if (normal() > 1.28) value += 0.3 * std::abs(normal());
  }
  return values;
}

double OneSampleCoverage(size_t n, double fraction) {
  Normal normal(100 + n);
  return Coverage(4000, 1, [&](int) {
    return TrimmedLocation(normal.Sample(n, 1, 0.5), fraction).At().interval;
  });
}

// Samples of other sizes and spreads.
double DifferenceCoverage(size_t n, double fraction) {
  Normal normal(200 + n);
  return Coverage(4000, 0.2, [&](int) {
    const auto x = normal.Sample(n, 1.2, 0.5), y = normal.Sample(2 * n, 1, 0.1);
    return TrimmedDifference(x, y, fraction).At().interval;
  });
}

TEST(TrimmedCoverage, NormalSamples) {
  for (const size_t n : {10u, 20u, 30u}) {
    for (const double coverage : {OneSampleCoverage(n, 0.2), DifferenceCoverage(n, 0.2)}) {
      EXPECT_GE(coverage, 0.927) << n;
      EXPECT_LE(coverage, 0.965) << n;
    }
  }
}

// Three values that are left tell too little of their spread: why few values are better not
// trimmed.
TEST(TrimmedCoverage, FiveNormalValuesAreTooFew) {
  for (const double coverage : {OneSampleCoverage(5, 0.2), DifferenceCoverage(5, 0.2)}) {
    EXPECT_GE(coverage, 0.905);
    EXPECT_LE(coverage, 0.94);
  }
  for (const size_t n : {3u, 5u}) {
    for (const double coverage : {OneSampleCoverage(n, 0), DifferenceCoverage(n, 0)}) {
      EXPECT_GE(coverage, 0.935) << n;
      EXPECT_LE(coverage, 0.97) << n;
    }
  }
}

TEST(TrimmedCoverage, DifferenceOfDisturbedSamples) {
  for (const size_t n : {5u, 10u, 20u}) {
    Normal normal(300 + n);
    const double coverage = Coverage(4000, 0.02, [&](int) {
      return TrimmedDifference(Disturbed(normal, n, 0.02), Disturbed(normal, n, 0)).At().interval;
    });
    EXPECT_GE(coverage, 0.93) << n;
    EXPECT_LE(coverage, 0.985) << n;
  }
}

// Why it is trimmed: the interval is a fraction of Welch's where neighbors disturb.
TEST(Trimmed, IsNarrowerThanWelchWhereValuesAreFarOff) {
  Normal normal(400);
  double trimmed = 0, welch = 0;
  for (int i = 0; i < 500; ++i) {
    const auto x = Disturbed(normal, 20, 0), y = Disturbed(normal, 20, 0);
    trimmed += TrimmedDifference(x, y).standard_error;
    welch += TrimmedDifference(x, y, 0).standard_error;
  }
  EXPECT_LT(trimmed, 0.5 * welch);
}

}  // namespace
}  // namespace assay
