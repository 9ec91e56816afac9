#include "harness/tune/early_stop.h"

#include <algorithm>

namespace assay::tune {
namespace {

bool WithinUnit(std::span<const double> outcomes) {
  return std::ranges::all_of(outcomes, [](double x) { return 0 <= x && x <= 1; });
}

LowMeanTest MakeTest(const EarlyStop::Judged& judged, double alpha) {
  const AccuracyCriterion::Range range = judged.criterion.MarginRange();
  constexpr double kTiny = 1e-9;  // A limit may allow everything, or nothing.
  return {std::max<int64_t>(1, std::ssize(judged.baseline)), std::min(range.lowest, -kTiny),
          std::max(range.highest, kTiny), alpha};
}

}  // namespace

EarlyStop::One::One(Judged judged, double alpha)
    : judged_(std::move(judged)),
      test_(MakeTest(judged_, alpha)),
      usable_(!judged_.baseline.empty() && WithinUnit(judged_.baseline)) {}

bool EarlyStop::One::operator()(std::span<const double> outcomes) {
  const std::vector<double>& baseline = judged_.baseline;
  const size_t seen = static_cast<size_t>(test_.seen());
  usable_ = usable_ && seen <= outcomes.size() && outcomes.size() <= baseline.size() &&
            WithinUnit(outcomes.subspan(seen));
  if (!usable_) return false;
  for (size_t i = seen; i < outcomes.size(); ++i) {
    const double margin = judged_.criterion.Margin(outcomes[i], baseline[i]);
    test_.Add(std::clamp(margin, test_.lowest(), test_.highest()));  // It may be rounded.
  }
  return test_.rejected() && outcomes.size() < baseline.size();
}

EarlyStop::EarlyStop(std::span<const Judged> judged) {
  for (const Judged& one : judged) {
    each_.emplace_back(one, kAlpha / static_cast<double>(judged.size()));
  }
}

bool EarlyStop::operator()(std::span<const std::vector<double>> outcomes) {
  bool hopeless = false;
  for (size_t i = 0; i < std::min(each_.size(), outcomes.size()); ++i) {
    hopeless = each_[i](outcomes[i]) || hopeless;
  }
  return hopeless;
}

}  // namespace assay::tune
