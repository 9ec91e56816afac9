// Moments: means and second moments of an operator's columns, of the fp32 model and of the int8
// model, over the calibration samples: all that rounding and bias correction need of the data.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/quantize/columns.h"

namespace assay::quantize {

class Moments {
 public:
  // Second moments take groups x k x k numbers, twice; without `second` only means are kept.
  Moments(const ProductShape& shape, bool second);

  // Columns [positions][groups][k] of the same positions in both models.
  void Add(std::span<const float> exact, std::span<const float> quantized);

  bool has_second() const { return second_; }
  int64_t count() const { return count_; }
  // E[x] and E[x^] of a group; x is fp32's column, x^ the int8 model's.
  std::vector<double> MeanExact(int64_t group) const;
  std::vector<double> MeanQuantized(int64_t group) const;
  // E[x^ x^'] and E[x^ x'] [k][k] of a group, of deviations from the means when `centered`.
  std::vector<double> Quantized(int64_t group, bool centered) const;
  std::vector<double> Cross(int64_t group, bool centered) const;

 private:
  std::vector<double> Mean(const std::vector<double>& sums, int64_t group) const;
  std::vector<double> Second(const std::vector<double>& sums, int64_t group,
                             const std::vector<double>& left,
                             const std::vector<double>& right) const;

  ProductShape shape_;
  bool second_;
  int64_t count_ = 0;
  std::vector<double> exact_, quantized_;        // Sums [groups][k].
  std::vector<double> quantized_pairs_, cross_;  // Sums [groups][k][k].
};

}  // namespace assay::quantize
