// AccuracyCriterion: how much accuracy a trial may lose against the baseline.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "kernels/base/status.h"

namespace assay {

struct AccuracyCriterion {
  enum class Kind { kRelative, kAbsolute };

  Kind kind = Kind::kRelative;
  double limit = 0.01;
  bool higher_is_better = true;
  // Where set, in (0.5, 1): a trial is feasible only if its drop is within the limit at this
  // confidence, one-sided.
  std::optional<double> confidence = {};

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

  // What one sample adds to the case for a trial: q - (1 - g) f, with q and f the outcomes of the
  // trial and of the baseline and g the relative limit; q - f + g for an absolute one; the sign
  // changed where lower is better. Its mean is at least 0 exactly where the target is met by a
  // metric that is a mean over samples.
  double Margin(double q, double f) const;
  // Between which values margins lie for outcomes in [0, 1].
  struct Range {
    double lowest = 0;
    double highest = 0;
  };
  Range MarginRange() const;
  // One-sided p-value of "the limit is exceeded", of outcomes of the same samples: the score test
  // of the mean margin (stats/mean_test.h), which allows for a loss from 1 to 0 that was not seen.
  // Where outcomes are below 0, as those of F1 are for a rare class, whose samples weigh more than
  // 1, it allows for one from the best outcome to the worst. 1 without outcomes.
  double LimitPValue(std::span<const double> trial, std::span<const double> baseline) const;

 private:
  double LowestMargin(std::span<const double> trial, std::span<const double> baseline) const;
};

// How sure a confirmation must be, on samples that no trial was selected on, so that of m trials,
// each accepted at `confidence` = 1 - alpha and confirmed independently, a bad one passes both with
// a probability of at most alpha: m alpha min(alpha, 1 / m).
double ConfirmationConfidence(double confidence, int64_t trials);

}  // namespace assay
