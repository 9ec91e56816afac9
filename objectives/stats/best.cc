#include "objectives/stats/best.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/base/check.h"
#include "objectives/stats/geometric_mean.h"
#include "objectives/stats/trimmed.h"

namespace assay {
namespace {

// bounds[i][j]: candidate i minus candidate j.
using Bounds = std::vector<std::vector<Estimate>>;

Estimate BoundDifference(std::span<const double> x, std::span<const double> y, double level,
                         double fraction) {
  ASSAY_CHECK(x.size() == y.size());
  std::vector<double> difference(x.size());
  for (size_t r = 0; r < x.size(); ++r) difference[r] = x[r] - y[r];
  return TrimmedLocation(difference, fraction).At(level);
}

// A two-sided interval is two bounds, so there are as many intervals as unordered pairs to pay for.
Bounds AllPairs(std::span<const std::vector<double>> logarithms, double level, double fraction) {
  const size_t count = logarithms.size();
  const double pairs = static_cast<double>(count * (count - 1) / 2);
  Bounds bounds(count, std::vector<Estimate>(count));
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Estimate d =
          BoundDifference(logarithms[i], logarithms[j], 1 - (1 - level) / pairs, fraction);
      bounds[i][j] = d;
      bounds[j][i] = {-d.value, {-d.interval.hi, -d.interval.lo, d.interval.level}};
    }
  }
  return bounds;
}

// Whether i can be the best once `left_out` is gone: nobody else is shown to be smaller by more
// than `margin`.
bool CanBeBest(const Bounds& bounds, size_t i, size_t left_out, double margin = 0) {
  for (size_t j = 0; j < bounds.size(); ++j) {
    if (j != i && j != left_out && bounds[i][j].interval.lo > margin) return false;
  }
  return true;
}

// i minus the smallest of the others. That is at least i minus any of them, and at most i minus one
// of those that can be the smallest.
Estimate ToBestOther(const Bounds& bounds, size_t i, double level) {
  constexpr double kNone = -std::numeric_limits<double>::infinity();
  Estimate estimate{.value = kNone, .interval = {kNone, kNone, level}};
  for (size_t j = 0; j < bounds.size(); ++j) {
    if (j == i) continue;
    const Estimate& pair = bounds[i][j];
    estimate.value = std::max(estimate.value, pair.value);
    estimate.interval.lo = std::max(estimate.interval.lo, pair.interval.lo);
    if (CanBeBest(bounds, j, i)) {
      estimate.interval.hi = std::max(estimate.interval.hi, pair.interval.hi);
    }
  }
  return estimate;
}

}  // namespace

std::vector<Standing> CompareWithBest(std::span<const std::vector<double>> logarithms, double level,
                                      double margin, double fraction) {
  ASSAY_CHECK(logarithms.size() > 1 && margin >= 0);
  ASSAY_CHECK(0 < level && level < 1);
  const Bounds bounds = AllPairs(logarithms, level, fraction);
  std::vector<Standing> standings;
  for (size_t i = 0; i < bounds.size(); ++i) {
    standings.push_back(
        {Exp(ToBestOther(bounds, i, level)), CanBeBest(bounds, i, i, std::log1p(margin))});
  }
  return standings;
}

}  // namespace assay
