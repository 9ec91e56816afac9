#include "harness/compare/winner.h"

#include "kernels/base/check.h"

namespace assay::compare {
namespace {

constexpr double kBar = 1.5;  // Margins.

}  // namespace

Taken Take(std::span<const Standing> standings, double margin) {
  ASSAY_CHECK(!standings.empty());
  const double bar = 1 + kBar * margin;
  Taken taken{.index = 0, .decided = true};
  for (; taken.index + 1 < standings.size(); ++taken.index) {
    const Estimate& ratio = standings[taken.index].ratio_to_best_other;
    taken.decided = taken.decided && !ratio.interval.Contains(bar);
    if (!(ratio.value > bar)) return taken;
  }
  return taken;  // All others are beaten.
}

}  // namespace assay::compare
