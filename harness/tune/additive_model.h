// A sum over operators of what each choice contributes: expected before anything is measured, and
// corrected by measured sums, in the direction of what was least certain (recursive least squares
// with a Gaussian prior; Kalman 1960, "A new approach to linear filtering and prediction
// problems").
#pragma once

#include <vector>

#include "harness/tune/discrete_space.h"

namespace assay::tune {

class AdditiveModel {
 public:
  // By operator and choice: what is expected, and its standard deviation.
  AdditiveModel(const std::vector<std::vector<double>>& mean,
                const std::vector<std::vector<double>>& deviation);

  double at(size_t op, size_t choice) const { return mean_[offset_[op] + choice]; }
  double Sum(const Point& point) const;
  // A measured sum; `deviation` is that of the measurement.
  void Correct(const Point& point, double sum, double deviation);

  // Of the sum, without that of a measurement.
  double Variance(const Point& point) const;
  // Covariance of each contribution with the sum.
  std::vector<double> Covariance(const Point& point) const;
  // The variance of the sum after one operator takes another choice; `covariance` and `variance`
  // are those of the point before.
  double VarianceAfter(const Point& point, const std::vector<double>& covariance, double variance,
                       size_t op, size_t choice) const;

 private:
  // Of two contributions, by index.
  double Of(size_t i, size_t j) const {
    if (covariance_.empty()) return i == j ? variance_[i] : 0;
    return covariance_[i * mean_.size() + j];
  }

  std::vector<size_t> offset_;
  std::vector<double> mean_;
  std::vector<double> variance_;    // Before any correction: they are independent.
  std::vector<double> covariance_;  // Row by row; empty before the first correction.
};

}  // namespace assay::tune
