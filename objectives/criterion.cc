#include "objectives/criterion.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

}  // namespace assay
