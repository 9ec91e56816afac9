#include "harness/tune/loss_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay::tune {
namespace {

constexpr double kDoubt = 0.25;         // Of an expected loss, as a share of it.
constexpr double kLossDeviation = 0.1;  // Of what is in no sum over operators: of the limit,
constexpr double kLuckAlone = 0.4;      // and of the luck.

double Square(double x) { return x * x; }

// What an operator contributes to the root of the whole error, in place of its first choice: a
// share by its error; where it is worse, such that the root is right.
double RootShare(double error, double first, double whole) {
  if (!(whole > 0)) return 0;
  if (error <= first) return error / std::sqrt(whole);
  return std::sqrt(whole - first + error) - (whole - first) / std::sqrt(whole);
}

double Cumulative(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

// The mean of a normal distribution's part above 0.
double MeanAboveZero(double mean, double deviation) {
  const double z = mean / deviation;
  const double above = Cumulative(z);
  const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
  return above > 1e-12 ? mean + deviation * density / above : 0;
}

}  // namespace

LossModel::LossModel(const ModelFacts& facts) : facts_(facts) {
  for (OperatorFacts& op : facts_.operators) {  // A coarser choice errs less by chance alone.
    double finer = 0;
    for (double& error : op.output_error) {
      if (error > 0) error = finer = std::max(error, finer);
    }
  }
  double whole = 0;
  for (const OperatorFacts& op : facts_.operators) whole += op.output_error.front();
  for (const double error : facts_.settings_error) {
    scale_.push_back(whole > 0 ? error / whole : 1);
  }
  if (scale_.empty()) scale_.push_back(1);
  Rebuild();
}

double LossModel::Error(size_t settings, size_t op, size_t choice) const {
  return scale_[settings] * facts_.operators[op].output_error[choice];
}

double LossModel::Error(size_t settings, const Point& point) const {
  double sum = 0;
  for (size_t op = 0; op < point.size(); ++op) sum += Error(settings, op, point[op]);
  return sum;
}

double LossModel::Whole(size_t settings) const {
  double sum = 0;
  for (size_t op = 0; op < facts_.operators.size(); ++op) sum += Error(settings, op, 0);
  return sum;
}

// The loss by the error: a normal distribution, of which the part above 0 counts. Before any trial
// the fully quantized model of the best settings loses what the limit allows, give or take as much.
Expected LossModel::Factor() const {
  double whole = INFINITY;
  for (size_t i = 0; i < scale_.size(); ++i) whole = std::min(whole, Whole(i));
  if (!(whole > 0)) return {0, 0};
  const double expected = Limit() / whole;
  double weight = 1 / Square(expected), sum = weight * expected;
  for (const Observation& seen : observations_) {
    const double error = Error(seen.settings, seen.point);
    const double variance =
        Square(seen.deviation) + Square(kLossDeviation * Limit()) + Square(kDoubt * seen.loss);
    weight += Square(error) / variance;
    sum += error * seen.loss / variance;
  }
  return {sum / weight, 1 / std::sqrt(weight)};
}

double LossModel::Chance(size_t settings) const {
  const auto [mean, deviation] = Factor();
  const double whole = Whole(settings);
  if (!(whole > 0) || !(deviation > 0)) return 1;
  const double negative = Cumulative(-mean / deviation);
  const double within = Cumulative((Limit() / whole - mean) / deviation);
  return negative < 1 ? std::max(within - negative, 0.0) / (1 - negative) : 1;
}

// The variance of the luck by the root of the error.
double LossModel::Luck() const {
  double sum = 0, count = 0;
  for (const Observation& seen : observations_) {
    const double error = Error(seen.settings, seen.point);
    if (!(error > 0)) continue;
    sum += Square(seen.deviation) / std::sqrt(error);
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

AdditiveModel LossModel::Prior(size_t settings, double factor, double luck) const {
  std::vector<std::vector<double>> mean, deviation;
  const double whole = Whole(settings);
  for (size_t op = 0; op < facts_.operators.size(); ++op) {
    mean.emplace_back();
    deviation.emplace_back();
    const double first = Error(settings, op, 0);
    for (size_t choice = 0; choice < facts_.operators[op].output_error.size(); ++choice) {
      const double error = Error(settings, op, choice);
      const double expected = factor * error;
      const double variance = luck * RootShare(error, first, whole);
      mean.back().push_back(expected);
      deviation.back().push_back(std::sqrt(Square(kDoubt * expected) + variance));
    }
  }
  return {mean, deviation};
}

void LossModel::Rebuild() {
  const auto [mean, deviation] = Factor();
  const double factor = deviation > 0 ? MeanAboveZero(mean, deviation) : 0;
  const double luck = Luck();
  models_.clear();
  for (size_t settings = 0; settings < scale_.size(); ++settings) {
    models_.push_back(Prior(settings, factor, luck));
  }
  double peculiar = 0;
  for (const Observation& seen : observations_) {
    peculiar += Square(kLuckAlone * seen.deviation) / static_cast<double>(observations_.size());
  }
  residual_variance_ = Square(kLossDeviation * Limit()) + peculiar;
  for (const Observation& seen : observations_) {
    models_[seen.settings].Correct(seen.point, seen.loss, std::sqrt(residual_variance_));
  }
}

void LossModel::Tell(size_t settings, const Point& point, double loss, double deviation) {
  observations_.push_back({settings, point, loss, std::isfinite(deviation) ? deviation : 0});
  Rebuild();
}

Expected LossModel::Predict(size_t settings, const Point& point) const {
  const AdditiveModel& model = models_[settings];
  return {model.Sum(point), std::sqrt(std::max(model.Variance(point), 0.0) + residual_variance_)};
}

}  // namespace assay::tune
