#include "objectives/stats/interval.h"

#include <algorithm>

#include "kernels/base/check.h"

namespace assay {
namespace {

// sqrt(a^2 + b^2) without the NaN of inf - inf: an unbounded distance stays unbounded.
double Reach(double a, double b) { return std::hypot(std::abs(a), std::abs(b)); }

Estimate Log(const Estimate& x) {
  return {std::log(x.value), {std::log(x.interval.lo), std::log(x.interval.hi), x.interval.level}};
}

}  // namespace

Estimate IndependentDifference(const Estimate& x, const Estimate& y) {
  ASSAY_CHECK(x.interval.level == y.interval.level);
  const double value = x.value - y.value;
  const double down = Reach(x.value - x.interval.lo, y.interval.hi - y.value);
  const double up = Reach(x.interval.hi - x.value, y.value - y.interval.lo);
  return {value, {value - down, value + up, x.interval.level}};
}

Estimate IndependentRatio(const Estimate& x, const Estimate& y) {
  const auto positive = [](Estimate e) {  // An unbounded interval of a positive quantity.
    e.interval.lo = std::max(e.interval.lo, 0.0);
    return e;
  };
  const Estimate log = IndependentDifference(Log(positive(x)), Log(positive(y)));
  return {std::exp(log.value),
          {std::exp(log.interval.lo), std::exp(log.interval.hi), log.interval.level}};
}

}  // namespace assay
