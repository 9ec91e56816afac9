#include "harness/quantize/rounding.h"

#include <algorithm>
#include <cmath>

namespace assay::quantize {
namespace {

constexpr double kRidge = 0.01;  // Of the mean of the diagonal, as in GPTQ (arXiv:2210.17323).
constexpr int kSweeps = 20;      // Most rows are done after five.

double Ridge(std::span<const double> second, size_t k) {
  double trace = 0;
  for (size_t i = 0; i < k; ++i) trace += second[i * k + i];
  return kRidge * trace / static_cast<double>(k);
}

// target[i] = sum_j cross[i][j] w[j]: what second x codes x scale should be.
std::vector<double> Target(std::span<const float> weights, std::span<const double> cross) {
  const size_t k = weights.size();
  std::vector<double> target(k);
  for (size_t i = 0; i < k; ++i) {
    for (size_t j = 0; j < k; ++j) target[i] += cross[i * k + j] * double{weights[j]};
  }
  return target;
}

// Codes of a row, and the gradient of the error at them.
struct Descent {
  std::span<const float> weights;
  double scale;
  std::span<const double> second;
  double ridge;
  std::vector<double> codes = {};
  std::vector<double> gradient = {};  // Half of it.

  // Replaces one code where that gains; whether it did.
  bool Improve(size_t i) {
    const size_t k = weights.size();
    const double exact = double{weights[i]} / scale;
    const double low = std::clamp(std::floor(exact), -127.0, 127.0);
    const double high = std::clamp(std::ceil(exact), -127.0, 127.0);
    const double other = codes[i] == low ? high : low;
    const double step = (other - codes[i]) * scale;
    const double curvature = second[i * k + i] + ridge;
    if (!(step * (2 * gradient[i] + step * curvature) < 0)) return false;
    codes[i] = other;
    for (size_t j = 0; j < k; ++j) gradient[j] += step * second[i * k + j];
    gradient[i] += step * ridge;
    return true;
  }
};

}  // namespace

std::vector<int8_t> RoundRow(std::span<const float> weights, float scale,
                             std::span<const double> second, std::span<const double> cross) {
  const size_t k = weights.size();
  Descent descent{weights, double{scale}, second, Ridge(second, k)};
  descent.gradient = Target(weights, cross);
  for (double& g : descent.gradient) g = -g;
  for (size_t i = 0; i < k; ++i) {
    const double code = std::clamp(std::nearbyint(double{weights[i]} / scale), -127.0, 127.0);
    descent.codes.push_back(std::isnan(code) ? 0 : code);
    const double real = descent.codes[i] * scale;
    for (size_t j = 0; j < k; ++j) descent.gradient[j] += second[i * k + j] * real;
    descent.gradient[i] += descent.ridge * (real - double{weights[i]});
  }
  bool better = true;
  for (int sweep = 0; better && sweep < kSweeps; ++sweep) {
    better = false;
    for (size_t i = 0; i < k; ++i) better |= descent.Improve(i);
  }
  return {descent.codes.begin(), descent.codes.end()};
}

double RowError(std::span<const float> weights, float scale, std::span<const int8_t> codes,
                std::span<const double> second, std::span<const double> cross) {
  const size_t k = weights.size();
  const std::vector<double> target = Target(weights, cross);
  double error = 0;
  for (size_t i = 0; i < k; ++i) {
    const double real = double{scale} * codes[i];
    double row = 0;
    for (size_t j = 0; j < k; ++j) row += second[i * k + j] * double{scale} * codes[j];
    error += real * (row - 2 * target[i]);
  }
  return error;
}

}  // namespace assay::quantize
