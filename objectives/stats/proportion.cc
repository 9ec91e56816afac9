#include "objectives/stats/proportion.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "kernels/base/check.h"

namespace assay {
namespace {

using Binomial = boost::math::binomial_distribution<double>;

void CheckCounts(int64_t k, int64_t n, double level) {
  ASSAY_CHECK(0 <= k && k <= n);
  ASSAY_CHECK(0 < level && level < 1);
}

}  // namespace

Estimate ClopperPearson(int64_t k, int64_t n, double level) {
  CheckCounts(k, n, level);
  Estimate share{.interval = {0, 1, level}};
  if (n == 0) return share;
  const double trials = static_cast<double>(n), successes = static_cast<double>(k);
  const double tail = (1 - level) / 2;
  share.value = successes / trials;
  if (k > 0) share.interval.lo = Binomial::find_lower_bound_on_p(trials, successes, tail);
  if (k < n) share.interval.hi = Binomial::find_upper_bound_on_p(trials, successes, tail);
  return share;
}

Estimate Wilson(int64_t k, int64_t n, double level) {
  CheckCounts(k, n, level);
  Estimate share{.interval = {0, 1, level}};
  if (n == 0) return share;
  const double trials = static_cast<double>(n);
  const double p = static_cast<double>(k) / trials;
  const double z = boost::math::quantile(boost::math::normal(), 0.5 + level / 2);
  const double scale = 1 + z * z / trials;
  const double center = (p + z * z / (2 * trials)) / scale;
  const double half = z / scale * std::sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials));
  share.value = p;
  if (k > 0) share.interval.lo = center - half;
  if (k < n) share.interval.hi = center + half;
  return share;
}

double McNemarExact(const PairedCounts& counts) {
  const int64_t discordant = counts.only_first + counts.only_second;
  CheckCounts(counts.only_first, discordant, 0.5);
  if (discordant == 0) return 1;
  const Binomial fair(static_cast<double>(discordant), 0.5);
  const double fewer = static_cast<double>(std::min(counts.only_first, counts.only_second));
  return std::min(1.0, 2 * boost::math::cdf(fair, fewer));
}

}  // namespace assay
