#include "harness/tune/additive_model.h"

namespace assay::tune {

AdditiveModel::AdditiveModel(const std::vector<std::vector<double>>& mean,
                             const std::vector<std::vector<double>>& deviation) {
  for (const auto& choices : mean) {
    offset_.push_back(mean_.size());
    mean_.insert(mean_.end(), choices.begin(), choices.end());
  }
  for (const auto& choices : deviation) {
    for (const double each : choices) variance_.push_back(each * each);
  }
}

double AdditiveModel::Sum(const Point& point) const {
  double sum = 0;
  for (size_t op = 0; op < point.size(); ++op) sum += at(op, point[op]);
  return sum;
}

std::vector<double> AdditiveModel::Covariance(const Point& point) const {
  std::vector<double> with(mean_.size());
  for (size_t op = 0; op < point.size(); ++op) {
    const size_t chosen = offset_[op] + point[op];
    if (covariance_.empty()) {
      with[chosen] = variance_[chosen];
      continue;
    }
    for (size_t i = 0; i < with.size(); ++i) with[i] += covariance_[chosen * with.size() + i];
  }
  return with;
}

double AdditiveModel::Variance(const Point& point) const {
  const std::vector<double> with = Covariance(point);
  double variance = 0;
  for (size_t op = 0; op < point.size(); ++op) variance += with[offset_[op] + point[op]];
  return variance;
}

double AdditiveModel::VarianceAfter(const Point& point, const std::vector<double>& covariance,
                                    double variance, size_t op, size_t choice) const {
  const size_t before = offset_[op] + point[op], after = offset_[op] + choice;
  return variance + 2 * (covariance[after] - covariance[before]) + Of(after, after) +
         Of(before, before) - 2 * Of(before, after);
}

void AdditiveModel::Correct(const Point& point, double sum, double deviation) {
  const size_t n = mean_.size();
  const std::vector<double> with = Covariance(point);
  double variance = deviation * deviation;
  for (size_t op = 0; op < point.size(); ++op) variance += with[offset_[op] + point[op]];
  if (!(variance > 0)) return;
  if (covariance_.empty()) {
    covariance_.resize(n * n);
    for (size_t i = 0; i < n; ++i) covariance_[i * n + i] = variance_[i];
  }
  const double surprise = sum - Sum(point);
  for (size_t i = 0; i < n; ++i) {
    mean_[i] += with[i] / variance * surprise;
    for (size_t j = 0; j < n; ++j) covariance_[i * n + j] -= with[i] * with[j] / variance;
  }
}

}  // namespace assay::tune
