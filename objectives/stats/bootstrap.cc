#include "objectives/stats/bootstrap.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/base/check.h"
#include "objectives/stats/order.h"
#include "objectives/stats/random.h"

namespace assay {
namespace {

// The statistic of `resamples` samples of size n, drawn with replacement; ascending.
std::vector<double> Resample(uint32_t n, IndexedStatistic statistic,
                             const BootstrapOptions& options) {
  std::mt19937_64 generator(options.seed);
  std::vector<uint32_t> indices(n);
  std::vector<double> resampled(static_cast<size_t>(options.resamples));
  for (double& value : resampled) {
    for (uint32_t& index : indices) index = UniformIndex(generator, n);
    value = statistic(indices);
  }
  std::sort(resampled.begin(), resampled.end());
  return resampled;
}

// The acceleration a = sum(u^3) / (6 sum(u^2)^1.5), u = mean of the jackknife values - each.
double Acceleration(uint32_t n, IndexedStatistic statistic) {
  std::vector<double> jackknife(n);
  std::vector<uint32_t> others(n - 1);
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t j = 0; j + 1 < n; ++j) others[j] = j < i ? j : j + 1;
    jackknife[i] = statistic(others);
  }
  const double mean = Mean(jackknife);
  double squares = 0, cubes = 0;
  for (double value : jackknife) {
    const double u = mean - value;
    squares += u * u;
    cubes += u * u * u;
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

// Where BCa reads the resampled distribution instead of at `tail`.
double AdjustedTail(double tail, double bias, double acceleration) {
  const boost::math::normal normal;
  const double z = bias + boost::math::quantile(normal, tail);
  return boost::math::cdf(normal, bias + z / (1 - acceleration * z));
}

// The bias z0: the quantile of the share of resampled values below the estimate, ties half.
double Bias(std::span<const double> resampled, double estimate) {
  const auto [lo, hi] = std::equal_range(resampled.begin(), resampled.end(), estimate);
  const double below =
      0.5 * static_cast<double>((lo - resampled.begin()) + (hi - resampled.begin()));
  const double count = static_cast<double>(resampled.size());
  const double share = std::clamp(below / count, 0.5 / count, 1 - 0.5 / count);
  return boost::math::quantile(boost::math::normal(), share);
}

}  // namespace

Estimate Bootstrap(uint32_t n, IndexedStatistic statistic, const BootstrapOptions& options) {
  ASSAY_CHECK(options.resamples > 0);
  ASSAY_CHECK(0 < options.level && options.level < 1);
  Estimate result;
  result.interval.level = options.level;
  std::vector<uint32_t> all(n);
  std::iota(all.begin(), all.end(), 0u);
  if (n > 0) result.value = statistic(all);
  if (n < 2 || !std::isfinite(result.value)) return result;

  const std::vector<double> resampled = Resample(n, statistic, options);
  double lower = (1 - options.level) / 2;
  double upper = 1 - lower;
  if (options.method == BootstrapMethod::kBca) {
    const double bias = Bias(resampled, result.value);
    const double acceleration = Acceleration(n, statistic);
    lower = AdjustedTail(lower, bias, acceleration);
    upper = AdjustedTail(upper, bias, acceleration);
  }
  result.interval.lo = QuantileOfSorted(resampled, lower);
  result.interval.hi = QuantileOfSorted(resampled, upper);
  return result;
}

Estimate BootstrapMedian(std::span<const double> values, const BootstrapOptions& options) {
  std::vector<double> drawn(values.size());
  const auto median = [&](std::span<const uint32_t> indices) {
    for (size_t i = 0; i < indices.size(); ++i) drawn[i] = values[indices[i]];
    return MedianInPlace(std::span(drawn).first(indices.size()));
  };
  return Bootstrap(static_cast<uint32_t>(values.size()), median, options);
}

Estimate BootstrapMedianRatio(std::span<const double> numerator,
                              std::span<const double> denominator,
                              const BootstrapOptions& options) {
  ASSAY_CHECK(numerator.size() == denominator.size());
  std::vector<double> drawn(numerator.size());
  const auto median = [&](std::span<const double> values, std::span<const uint32_t> indices) {
    for (size_t i = 0; i < indices.size(); ++i) drawn[i] = values[indices[i]];
    return MedianInPlace(std::span(drawn).first(indices.size()));
  };
  const auto ratio = [&](std::span<const uint32_t> indices) {
    return median(numerator, indices) / median(denominator, indices);
  };
  return Bootstrap(static_cast<uint32_t>(numerator.size()), ratio, options);
}

Estimate BootstrapMeanDifference(std::span<const double> x, std::span<const double> y,
                                 const BootstrapOptions& options) {
  ASSAY_CHECK(x.size() == y.size());
  std::vector<double> difference(x.size());
  for (size_t i = 0; i < x.size(); ++i) difference[i] = x[i] - y[i];
  const auto mean = [&](std::span<const uint32_t> indices) {
    double sum = 0;
    for (uint32_t index : indices) sum += difference[index];
    return sum / static_cast<double>(indices.size());
  };
  return Bootstrap(static_cast<uint32_t>(x.size()), mean, options);
}

}  // namespace assay
