#include "harness/quantize/moments.h"

#include "kernels/base/check.h"

namespace assay::quantize {
namespace {

// sums[i][j] += left[i] * right[j], over positions `stride` apart. In float while few are added,
// which is twice as fast, then in double.
void AddProducts(const float* left, const float* right, int64_t positions, int64_t stride,
                 int64_t k, double* sums) {
  std::vector<float> row(static_cast<size_t>(k));
  for (int64_t i = 0; i < k; ++i) {
    std::fill(row.begin(), row.end(), 0.0f);
    for (int64_t p = 0; p < positions; ++p) {
      const float factor = left[p * stride + i];
      if (factor == 0) continue;  // Half of what follows a ReLU is.
      const float* const from = right + p * stride;
      for (int64_t j = 0; j < k; ++j) row[static_cast<size_t>(j)] += factor * from[j];
    }
    for (int64_t j = 0; j < k; ++j) sums[i * k + j] += double{row[static_cast<size_t>(j)]};
  }
}

}  // namespace

Moments::Moments(const ProductShape& shape, bool second) : shape_(shape), second_(second) {
  const auto once = static_cast<size_t>(shape.groups * shape.k);
  exact_.resize(once);
  quantized_.resize(once);
  if (!second) return;
  quantized_pairs_.resize(once * static_cast<size_t>(shape.k));
  cross_.resize(once * static_cast<size_t>(shape.k));
}

void Moments::Add(std::span<const float> exact, std::span<const float> quantized) {
  ASSAY_CHECK(exact.size() == quantized.size());
  const int64_t width = shape_.groups * shape_.k;
  const int64_t positions = static_cast<int64_t>(exact.size()) / width;
  count_ += positions;
  for (int64_t p = 0; p < positions; ++p) {
    for (int64_t j = 0; j < width; ++j) {
      exact_[static_cast<size_t>(j)] += double{exact[static_cast<size_t>(p * width + j)]};
      quantized_[static_cast<size_t>(j)] += double{quantized[static_cast<size_t>(p * width + j)]};
    }
  }
  if (!second_) return;
  for (int64_t group = 0; group < shape_.groups; ++group) {
    const int64_t at = group * shape_.k, square = at * shape_.k;
    const float* const x = exact.data() + at;
    const float* const q = quantized.data() + at;
    AddProducts(q, q, positions, width, shape_.k, quantized_pairs_.data() + square);
    AddProducts(q, x, positions, width, shape_.k, cross_.data() + square);
  }
}

std::vector<double> Moments::Mean(const std::vector<double>& sums, int64_t group) const {
  const auto begin = sums.begin() + group * shape_.k;
  std::vector<double> mean(begin, begin + shape_.k);
  for (double& x : mean) x /= static_cast<double>(count_);
  return mean;
}

std::vector<double> Moments::Second(const std::vector<double>& sums, int64_t group,
                                    const std::vector<double>& left,
                                    const std::vector<double>& right) const {
  ASSAY_CHECK(second_);
  const auto k = static_cast<size_t>(shape_.k);
  const auto begin = sums.begin() + group * shape_.k * shape_.k;
  std::vector<double> second(begin, begin + shape_.k * shape_.k);
  for (size_t i = 0; i < k; ++i) {
    for (size_t j = 0; j < k; ++j) {
      double& sum = second[i * k + j];
      sum = sum / static_cast<double>(count_) - left[i] * right[j];
    }
  }
  return second;
}

std::vector<double> Moments::MeanExact(int64_t group) const { return Mean(exact_, group); }
std::vector<double> Moments::MeanQuantized(int64_t group) const { return Mean(quantized_, group); }

std::vector<double> Moments::Quantized(int64_t group, bool centered) const {
  std::vector<double> mean(static_cast<size_t>(shape_.k));
  if (centered) mean = MeanQuantized(group);
  return Second(quantized_pairs_, group, mean, mean);
}

std::vector<double> Moments::Cross(int64_t group, bool centered) const {
  std::vector<double> left(static_cast<size_t>(shape_.k)), right = left;
  if (centered) {
    left = MeanQuantized(group);
    right = MeanExact(group);
  }
  return Second(cross_, group, left, right);
}

}  // namespace assay::quantize
