#include "harness/compare/winner.h"

#include <cmath>

#include "kernels/base/check.h"

namespace assay::compare {
namespace {

constexpr double kBar = 1.5;  // Margins.
// Of the logarithm of a ratio, what hardly a run is off by: ratios measured again and again spread
// by 0.2 to 0.3 % (results/gate.md).
constexpr double kRunError = 0.0075;

bool Near(const Estimate& ratio, double bar) {
  return ratio.interval.Contains(bar) || std::abs(std::log(ratio.value / bar)) < kRunError;
}

}  // namespace

Taken Take(std::span<const Standing> standings, double margin) {
  ASSAY_CHECK(!standings.empty());
  const double bar = 1 + kBar * margin;
  Taken taken{.index = 0, .decided = true};
  for (; taken.index + 1 < standings.size(); ++taken.index) {
    const Estimate& ratio = standings[taken.index].ratio_to_best_other;
    taken.decided = taken.decided && !ratio.interval.Contains(bar);
    taken.doubtful = taken.doubtful || Near(ratio, bar);
    if (!(ratio.value > bar)) return taken;
  }
  return taken;  // All others are beaten.
}

}  // namespace assay::compare
