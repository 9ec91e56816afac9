#include "harness/compare/winner.h"

#include "kernels/base/check.h"

namespace assay::compare {
namespace {

constexpr double kBar = 1.5;  // Margins.
// Of a ratio, that 19 of 20 runs are off by at most: ratios measured again and again spread by 0.2
// to 0.3 % (results/gate.md).
constexpr double kRunError = 0.005;

bool Near(const Interval& interval, double bar) {
  return interval.lo <= bar * (1 + kRunError) && interval.hi >= bar / (1 + kRunError);
}

}  // namespace

Taken Take(std::span<const Standing> standings, double margin) {
  ASSAY_CHECK(!standings.empty());
  const double bar = 1 + kBar * margin;
  Taken taken{.index = 0, .decided = true};
  for (; taken.index + 1 < standings.size(); ++taken.index) {
    const Estimate& ratio = standings[taken.index].ratio_to_best_other;
    taken.decided = taken.decided && !ratio.interval.Contains(bar);
    taken.doubtful = taken.doubtful || Near(ratio.interval, bar);
    if (!(ratio.value > bar)) return taken;
  }
  return taken;  // All others are beaten.
}

}  // namespace assay::compare
