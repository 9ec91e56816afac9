#include "harness/tune/early_stop.h"

#include <algorithm>

namespace assay::tune {
namespace {

bool WithinUnit(std::span<const double> outcomes) {
  return std::ranges::all_of(outcomes, [](double x) { return 0 <= x && x <= 1; });
}

LowMeanTest MakeTest(const AccuracyCriterion& criterion, size_t samples) {
  const AccuracyCriterion::Range range = criterion.MarginRange();
  constexpr double kTiny = 1e-9;  // A limit may allow everything, or nothing.
  return {std::max<int64_t>(1, static_cast<int64_t>(samples)), std::min(range.lowest, -kTiny),
          std::max(range.highest, kTiny), EarlyStop::kAlpha};
}

}  // namespace

EarlyStop::EarlyStop(const AccuracyCriterion& criterion, std::span<const double> baseline)
    : criterion_(criterion),
      baseline_(baseline.begin(), baseline.end()),
      test_(MakeTest(criterion, baseline.size())),
      usable_(!baseline.empty() && WithinUnit(baseline)) {}

bool EarlyStop::operator()(std::span<const double> outcomes) {
  const size_t seen = static_cast<size_t>(test_.seen());
  usable_ = usable_ && seen <= outcomes.size() && outcomes.size() <= baseline_.size() &&
            WithinUnit(outcomes.subspan(seen));
  if (!usable_) return false;
  for (size_t i = seen; i < outcomes.size(); ++i) {
    const double margin = criterion_.Margin(outcomes[i], baseline_[i]);
    test_.Add(std::clamp(margin, test_.lowest(), test_.highest()));  // It may be rounded.
  }
  return test_.rejected() && outcomes.size() < baseline_.size();
}

}  // namespace assay::tune
