#include "harness/tune/additive_model.h"

namespace assay::tune {

AdditiveModel::AdditiveModel(const std::vector<std::vector<double>>& mean,
                             const std::vector<std::vector<double>>& deviation) {
  for (const auto& choices : mean) {
    offset_.push_back(mean_.size());
    mean_.insert(mean_.end(), choices.begin(), choices.end());
  }
  covariance_.resize(mean_.size() * mean_.size());
  for (size_t op = 0; op < deviation.size(); ++op) {
    for (size_t choice = 0; choice < deviation[op].size(); ++choice) {
      const size_t i = offset_[op] + choice;
      covariance_[i * mean_.size() + i] = deviation[op][choice] * deviation[op][choice];
    }
  }
}

double AdditiveModel::Sum(const Point& point) const {
  double sum = 0;
  for (size_t op = 0; op < point.size(); ++op) sum += at(op, point[op]);
  return sum;
}

void AdditiveModel::Correct(const Point& point, double sum, double deviation) {
  const size_t n = mean_.size();
  std::vector<double> with(n);  // Covariance of each contribution with the sum.
  for (size_t i = 0; i < n; ++i) {
    for (size_t op = 0; op < point.size(); ++op) {
      with[i] += covariance_[i * n + offset_[op] + point[op]];
    }
  }
  double variance = deviation * deviation;
  for (size_t op = 0; op < point.size(); ++op) variance += with[offset_[op] + point[op]];
  if (!(variance > 0)) return;
  const double surprise = sum - Sum(point);
  for (size_t i = 0; i < n; ++i) {
    mean_[i] += with[i] / variance * surprise;
    for (size_t j = 0; j < n; ++j) covariance_[i * n + j] -= with[i] * with[j] / variance;
  }
}

}  // namespace assay::tune
