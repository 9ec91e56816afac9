#include "objectives/stats/mean_test.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <map>
#include <vector>

#include "kernels/base/check.h"

namespace assay {
namespace {

struct Weighted {
  double value = 0;
  double count = 0;
};

double Sum(std::span<const Weighted> values) {
  double sum = 0;
  for (const Weighted& x : values) sum += x.count * x.value;
  return sum;
}

// The lambda in (0, 1 / -lowest] of p_k = n_k / (n (1 + lambda v_k)), which makes the mean 0; at
// the upper end what is missing from the sum of p_k is the probability of `lowest`. The sum of the
// values is positive.
double Tilt(std::span<const Weighted> values, double lowest) {
  const auto mean_at = [&](double lambda) {
    double mean = 0;
    for (const Weighted& x : values) mean += x.count * x.value / (1 + lambda * x.value);
    return mean;
  };
  const double most = 1 / -lowest;
  const double almost = most * (1 - 1e-12);
  if (mean_at(almost) >= 0) return most;
  std::uintmax_t iterations = 100;
  const auto [lo, hi] = boost::math::tools::toms748_solve(
      mean_at, 0.0, almost, boost::math::tools::eps_tolerance<double>(40), iterations);
  return (lo + hi) / 2;
}

// The second moment of the nearest distribution of mean 0.
double NullVariance(std::span<const Weighted> values, double n, double lowest) {
  if (Sum(values) <= 0) {
    double squares = 0;
    for (const Weighted& x : values) squares += x.count * x.value * x.value;
    return squares / n;
  }
  const double lambda = Tilt(values, lowest);
  double variance = 0, missing = 1;
  for (const Weighted& x : values) {
    const double probability = x.count / (n * (1 + lambda * x.value));
    variance += probability * x.value * x.value;
    missing -= probability;
  }
  return variance + std::max(missing, 0.0) * lowest * lowest;
}

// Mean over its standard error under the hypothesis that the mean is 0.
double Score(std::span<const Weighted> values, double n, double lowest) {
  const double variance = NullVariance(values, n, lowest);
  return variance > 0 ? Sum(values) / std::sqrt(n * variance) : 0;
}

// The least mean that the score does not refute: where it reaches z.
double LowerBound(std::span<const Weighted> values, double n, double lowest, double z) {
  const double mean = Sum(values) / n;
  const auto excess = [&](double hypothesis) {
    std::vector<Weighted> shifted(values.begin(), values.end());
    for (Weighted& x : shifted) x.value -= hypothesis;
    return Score(shifted, n, lowest - hypothesis) - z;
  };
  const double least = lowest + 1e-9 * (mean - lowest);
  if (!(mean > lowest) || excess(least) <= 0) return lowest;
  std::uintmax_t iterations = 100;
  const auto [lo, hi] = boost::math::tools::toms748_solve(
      excess, least, mean, boost::math::tools::eps_tolerance<double>(40), iterations);
  return (lo + hi) / 2;
}

}  // namespace

double MeanAboveZeroPValue(std::span<const double> values, double lowest) {
  ASSAY_CHECK(lowest < 0);
  if (values.size() < 2) return 1;
  std::map<double, double> counts;
  for (double value : values) {
    if (std::isnan(value)) return 1;
    ++counts[value];
  }
  ASSAY_CHECK(counts.begin()->first >= lowest);
  std::vector<Weighted> weighted;
  for (const auto& [value, count] : counts) weighted.push_back({value, count});
  const double n = static_cast<double>(values.size());
  if (NullVariance(weighted, n, lowest) == 0) return 1;
  return boost::math::cdf(
      boost::math::complement(boost::math::normal(), Score(weighted, n, lowest)));
}

Estimate PairedScoreDifference(const PairedCounts& counts, double level) {
  ASSAY_CHECK(0 < level && level < 1);
  Estimate difference{.interval = {-1, 1, level}};
  if (counts.total == 0) return difference;
  const double n = static_cast<double>(counts.total);
  const double first = static_cast<double>(counts.only_first);
  const double second = static_cast<double>(counts.only_second);
  const double same = n - first - second;
  ASSAY_CHECK(first >= 0 && second >= 0 && same >= 0);
  std::vector<Weighted> up = {{-1, second}, {0, same}, {1, first}};
  std::vector<Weighted> down = {{-1, first}, {0, same}, {1, second}};
  for (auto* values : {&up, &down}) {
    std::erase_if(*values, [](const Weighted& x) { return x.count == 0; });
  }
  const double z = boost::math::quantile(boost::math::normal(), 0.5 + level / 2);
  difference.value = (first - second) / n;
  difference.interval.lo = LowerBound(up, n, -1, z);
  difference.interval.hi = -LowerBound(down, n, -1, z);
  return difference;
}

}  // namespace assay
