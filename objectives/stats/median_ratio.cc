#include "objectives/stats/median_ratio.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/base/check.h"
#include "objectives/stats/order.h"
#include "objectives/stats/random.h"

namespace assay {
namespace {

// ln median of as many values drawn with replacement; `drawn` is room for them.
double LogMedianOfDraw(std::mt19937_64& generator, std::span<const double> values,
                       std::vector<double>& drawn) {
  drawn.clear();
  const auto count = static_cast<uint32_t>(values.size());
  for (uint32_t i = 0; i < count; ++i) drawn.push_back(values[UniformIndex(generator, count)]);
  return std::log(MedianInPlace(drawn));
}

}  // namespace

Estimate IndependentMedianRatio(std::span<const double> numerator,
                                std::span<const double> denominator,
                                const BootstrapOptions& options) {
  ASSAY_CHECK(options.resamples > 0);
  ASSAY_CHECK(0 < options.level && options.level < 1);
  Estimate ratio{.value = Median(numerator) / Median(denominator),
                 .interval = {.level = options.level}};
  if (numerator.size() < 2 || denominator.size() < 2 || !(ratio.value > 0)) return ratio;
  std::mt19937_64 generator(options.seed);
  std::vector<double> logarithms(static_cast<size_t>(options.resamples)), drawn;
  for (double& logarithm : logarithms) {
    const double above = LogMedianOfDraw(generator, numerator, drawn);
    logarithm = above - LogMedianOfDraw(generator, denominator, drawn);
  }
  std::sort(logarithms.begin(), logarithms.end());
  const double tail = (1 - options.level) / 2;
  ratio.interval.lo = std::exp(QuantileOfSorted(logarithms, tail));
  ratio.interval.hi = std::exp(QuantileOfSorted(logarithms, 1 - tail));
  return ratio;
}

}  // namespace assay
