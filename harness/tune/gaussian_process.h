// GaussianProcess: regression over a discrete space, with the kernel exp(-differing operators /
// length) (Rasmussen and Williams 2006, "Gaussian processes for machine learning", algorithm 2.1).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "harness/tune/explorer.h"

namespace assay::tune {

class GaussianProcess {
 public:
  struct Prediction {
    double mean = 0;
    double deviation = 0;
  };

  // Of at least two trials; length and noise are the likeliest of a grid, mean and amplitude follow
  // from them.
  static GaussianProcess Fit(std::span<const Explorer::Observation> trials);

  // Of the function itself, without the noise of a trial.
  Prediction Predict(const Point& point) const;

 private:
  // Nothing where the covariance is not positive definite to working precision.
  static std::optional<GaussianProcess> FitWith(std::span<const Explorer::Observation> trials,
                                                double length, double noise);
  // L x = b, in place; L^T x = b likewise.
  void SolveLower(std::vector<double>& b) const;
  void SolveUpper(std::vector<double>& b) const;

  std::vector<Point> points_;
  std::vector<double> kernel_;  // By Hamming distance.
  std::vector<double> lower_;   // Cholesky factor of the covariance, [n, n], row by row.
  std::vector<double> alpha_;   // The covariance's inverse times the centered merits.
  double mean_ = 0;
  double variance_ = 0;
  double log_likelihood_ = 0;  // But for a constant.
};

}  // namespace assay::tune
