// LossModel: what an int8 model is expected to lose, by its settings and its operators, and how
// uncertain that is. A loss has two parts. One goes with the error of the outputs, by a factor that
// the trials tell. The other is luck: on a finite number of samples, some that a perturbation
// decides fall one way and some the other. How many these are goes with the root of the error, and
// models that share an operator's rounding share its part of the luck.
//
// The facts tell the error of every operator without recipes. With other settings all of them are
// taken to be scaled by one factor: that of the whole model's error, which is measured with these
// settings. With bias correction (mobilenetv1_025, 29 operators measured one by one) single errors
// are off that by a factor of exp(0.98) in the standard deviation, but their order is much the same
// (Spearman 0.77; 4 of the worst 5), and trials correct the rest. Measuring the operators with each
// of the settings would cost more than it tells: 6.9 s instead of 0.7 s, where a trial takes 2 s;
// and in simulations where recipes help operators as unevenly, the lead over other strategies is as
// large as where they help all alike (tests/harness/tune/pareto_test.cc).
#pragma once

#include <cstddef>
#include <vector>

#include "harness/tune/additive_model.h"
#include "harness/tune/front_gain.h"
#include "harness/tune/strategy.h"

namespace assay::tune {

class LossModel {
 public:
  explicit LossModel(const ModelFacts& facts);

  // A measured loss; `deviation`: the luck in it, 0 where it is not known.
  void Tell(size_t settings, const Point& point, double loss, double deviation);

  // Of a model that was not tried: with what is peculiar to it alone.
  Expected Predict(size_t settings, const Point& point) const;
  // That a fully quantized model with these settings meets the limit, by its error alone.
  double Chance(size_t settings) const;
  // Of the operators with these settings.
  const AdditiveModel& Of(size_t settings) const { return models_[settings]; }
  // The variance that is in no sum over operators.
  double residual_variance() const { return residual_variance_; }

 private:
  struct Observation {
    size_t settings = 0;
    Point point;
    double loss = 0, deviation = 0;
  };

  double Error(size_t settings, size_t op, size_t choice) const;
  double Error(size_t settings, const Point& point) const;
  double Whole(size_t settings) const;  // Of all operators at their first choice.
  double Limit() const { return facts_.loss_limit > 0 ? facts_.loss_limit : 1; }
  AdditiveModel Prior(size_t settings, double factor, double luck) const;
  Expected Factor() const;
  double Luck() const;
  void Rebuild();

  ModelFacts facts_;
  std::vector<double> scale_;  // By settings: their error as a share of that of the first ones.
  std::vector<AdditiveModel> models_;  // By settings.
  std::vector<Observation> observations_;
  double residual_variance_ = 0;
};

}  // namespace assay::tune
