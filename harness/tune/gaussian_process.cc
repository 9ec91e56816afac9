#include "harness/tune/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace assay::tune {
namespace {

// Of a symmetric matrix [n, n], its lower factor in place of its lower half; false where it is not
// positive definite.
bool Cholesky(std::vector<double>& a, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    double* const row = &a[i * n];
    for (size_t j = 0; j <= i; ++j) {
      const double* const other = &a[j * n];
      const double rest = row[j] - std::inner_product(row, row + j, other, 0.0);
      if (j == i && rest <= 0) return false;
      row[j] = j == i ? std::sqrt(rest) : rest / other[j];
    }
  }
  return true;
}

}  // namespace

GaussianProcess GaussianProcess::Fit(std::span<const Explorer::Observation> trials) {
  const auto operators = static_cast<double>(trials[0].point.size());
  std::optional<GaussianProcess> best;
  for (const double length : {0.25, 0.5, 1.0, 2.0, 4.0}) {
    for (const double noise : {1e-4, 1e-2}) {
      auto process = FitWith(trials, length * operators, noise);
      if (!process || (best && process->log_likelihood_ <= best->log_likelihood_)) continue;
      best = std::move(process);
    }
  }
  return best ? *std::move(best) : *FitWith(trials, 0.25 * operators, 1.0);
}

std::optional<GaussianProcess> GaussianProcess::FitWith(
    std::span<const Explorer::Observation> trials, double length, double noise) {
  GaussianProcess process;
  const size_t n = trials.size();
  for (size_t distance = 0; distance <= trials[0].point.size(); ++distance) {
    process.kernel_.push_back(std::exp(-static_cast<double>(distance) / length));
  }
  process.lower_.resize(n * n);
  for (size_t i = 0; i < n; ++i) {
    process.points_.push_back(trials[i].point);
    for (size_t j = 0; j <= i; ++j) {
      process.lower_[i * n + j] =
          process.kernel_[HammingDistance(trials[i].point, trials[j].point)];
    }
    process.lower_[i * n + i] += noise;
  }
  if (!Cholesky(process.lower_, n)) return std::nullopt;
  // The likeliest mean and variance: 1'K^-1 y / 1'K^-1 1, and r'K^-1 r / n of the residuals r.
  std::vector<double> ones(n, 1.0), merits(n);
  std::ranges::transform(trials, merits.begin(), &Explorer::Observation::merit);
  process.SolveLower(ones);
  process.SolveLower(merits);
  process.mean_ = std::inner_product(ones.begin(), ones.end(), merits.begin(), 0.0) /
                  std::inner_product(ones.begin(), ones.end(), ones.begin(), 0.0);
  for (size_t i = 0; i < n; ++i) merits[i] -= process.mean_ * ones[i];
  const auto count = static_cast<double>(n);
  process.variance_ =
      std::max(std::inner_product(merits.begin(), merits.end(), merits.begin(), 0.0) / count,
               std::numeric_limits<double>::min());
  process.log_likelihood_ = -count / 2 * std::log(process.variance_);
  for (size_t i = 0; i < n; ++i) process.log_likelihood_ -= std::log(process.lower_[i * n + i]);
  process.SolveUpper(merits);
  process.alpha_ = std::move(merits);
  return process;
}

GaussianProcess::Prediction GaussianProcess::Predict(const Point& point) const {
  std::vector<double> covariance;
  for (const Point& known : points_) covariance.push_back(kernel_[HammingDistance(point, known)]);
  const double mean =
      mean_ + std::inner_product(covariance.begin(), covariance.end(), alpha_.begin(), 0.0);
  SolveLower(covariance);
  const double explained =
      std::inner_product(covariance.begin(), covariance.end(), covariance.begin(), 0.0);
  return {mean, std::sqrt(variance_ * std::max(1 - explained, 0.0))};
}

void GaussianProcess::SolveLower(std::vector<double>& b) const {
  const size_t n = b.size();
  for (size_t i = 0; i < n; ++i) {
    const double* const row = &lower_[i * n];
    b[i] = (b[i] - std::inner_product(row, row + i, b.begin(), 0.0)) / row[i];
  }
}

void GaussianProcess::SolveUpper(std::vector<double>& b) const {
  const size_t n = b.size();
  for (size_t i = n; i-- > 0;) {
    b[i] /= lower_[i * n + i];
    for (size_t j = 0; j < i; ++j) b[j] -= lower_[i * n + j] * b[i];
  }
}

}  // namespace assay::tune
