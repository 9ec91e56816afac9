#include "objectives/criterion.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "objectives/stats/mean_test.h"
#include "objectives/text.h"

namespace assay {

Result<AccuracyCriterion> AccuracyCriterion::Make(std::optional<double> relative,
                                                  std::optional<double> absolute,
                                                  bool higher_is_better) {
  const std::string key = "tuning.accuracy_criterion";
  if (relative && absolute) {
    return Error(key + ": found relative " + Text(*relative) + " and absolute " + Text(*absolute) +
                 "; allowed: exactly one of them");
  }
  if (relative && !(-1 < *relative && *relative < 1)) {
    return Error(key + ".relative: found " + Text(*relative) +
                 "; allowed: a number between -1 and 1 (0.01 is one percent of the baseline)");
  }
  if (absolute && !std::isfinite(*absolute)) {
    return Error(key + ".absolute: found " + Text(*absolute) + "; allowed: a finite number");
  }
  AccuracyCriterion criterion;
  criterion.higher_is_better = higher_is_better;
  criterion.kind = absolute ? Kind::kAbsolute : Kind::kRelative;
  criterion.limit = absolute ? *absolute : relative.value_or(criterion.limit);
  return criterion;
}

double AccuracyCriterion::Target(double baseline) const {
  const double loss = higher_is_better ? -limit : limit;
  return kind == Kind::kRelative ? baseline * (1 + loss) : baseline + loss;
}

bool AccuracyCriterion::Feasible(double accuracy, double baseline) const {
  const double target = Target(baseline);
  return higher_is_better ? accuracy >= target : accuracy < target;
}

double AccuracyCriterion::Shortfall(double accuracy, double baseline) const {
  const double miss = higher_is_better ? Target(baseline) - accuracy : accuracy - Target(baseline);
  return std::isnan(miss) ? std::numeric_limits<double>::infinity() : std::max(miss, 0.0);
}

double AccuracyCriterion::Margin(double q, double f) const {
  const bool relative = kind == Kind::kRelative;
  if (higher_is_better) return relative ? q - (1 - limit) * f : q - f + limit;
  return relative ? (1 + limit) * f - q : f - q + limit;
}

AccuracyCriterion::Range AccuracyCriterion::MarginRange() const {
  Range range{Margin(0, 0), Margin(0, 0)};
  for (double q : {0.0, 1.0}) {  // It is linear: the extremes are at the corners.
    for (double f : {0.0, 1.0}) {
      range.lowest = std::min(range.lowest, Margin(q, f));
      range.highest = std::max(range.highest, Margin(q, f));
    }
  }
  return range;
}

double AccuracyCriterion::LowestMargin(std::span<const double> trial,
                                       std::span<const double> baseline) const {
  double worst = 0, best = 1;
  for (const auto& outcomes : {trial, baseline}) {
    for (const double outcome : outcomes) {
      worst = std::min(worst, outcome);
      best = std::max(best, outcome);
    }
  }
  if (worst == 0) return MarginRange().lowest;
  return std::min(Margin(worst, best), Margin(best, worst));
}

double AccuracyCriterion::LimitPValue(std::span<const double> trial,
                                      std::span<const double> baseline) const {
  ASSAY_CHECK(trial.size() == baseline.size());
  double lowest = LowestMargin(trial, baseline);
  std::vector<double> margins;
  for (size_t i = 0; i < trial.size(); ++i) {
    margins.push_back(Margin(trial[i], baseline[i]));
    lowest = std::min(lowest, margins.back());  // Outcomes need not be in [0, 1].
  }
  return lowest < 0 ? MeanAboveZeroPValue(margins, lowest) : 0;
}

double ConfirmationConfidence(double confidence, int64_t trials) {
  ASSAY_CHECK(trials > 0);
  return 1 - std::min(1 - confidence, 1 / static_cast<double>(trials));
}

}  // namespace assay
