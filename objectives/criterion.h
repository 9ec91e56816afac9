// AccuracyCriterion: how much accuracy a trial may lose against the baseline.
#pragma once

#include <optional>

#include "kernels/base/status.h"

namespace assay {

struct AccuracyCriterion {
  enum class Kind { kRelative, kAbsolute };

  Kind kind = Kind::kRelative;
  double limit = 0.01;
  bool higher_is_better = true;

  // From the keys of `accuracy_criterion`: at most one of relative (default 0.01; -1 < x < 1) and
  // absolute (finite). An error starts with the key.
  static Result<AccuracyCriterion> Make(std::optional<double> relative,
                                        std::optional<double> absolute, bool higher_is_better);

  // With baseline b and limit g: b (1 - g), b (1 + g), b - g or b + g.
  double Target(double baseline) const;
  // accuracy >= Target (higher is better) or accuracy < Target (lower is better), as in INC.
  // False for NaN.
  bool Feasible(double accuracy, double baseline) const;
  // How far the accuracy misses the target, in its own unit: 0 where it is met, infinite for NaN.
  double Shortfall(double accuracy, double baseline) const;
};

}  // namespace assay
