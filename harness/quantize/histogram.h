// Histogram: how often a value took which magnitude, in constant memory however many elements are
// added.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "harness/quantize/ranges.h"

namespace assay::quantize {

// Bins of equal width over [-reach, reach), reach being a power of two that no element attains.
// An element beyond doubles it, two bins becoming one, so that bins of any two histograms nest: the
// order of additions and merges does not matter, and no count is ever split. Zeros are counted
// apart, since every quantization holds them exactly.
class Histogram {
 public:
  static constexpr int kBins = 4096;  // A maximum falls into the upper half of its side: 1024 bins.

  // Not finite elements are passed over.
  void Add(std::span<const float> elements);
  void Merge(const Histogram& other);

  int64_t count() const { return count_; }  // With zeros.
  int64_t zeros() const { return zeros_; }
  Range range() const { return count_ > 0 ? range_ : Range{}; }  // Exact.
  float reach() const { return reach_; }
  double bin_width() const { return 2.0 * double{reach_} / kBins; }
  double center(int bin) const { return (bin + 0.5) * bin_width() - double{reach_}; }
  int64_t operator[](int bin) const { return bins_[static_cast<size_t>(bin)]; }

 private:
  void Grow(float reach);

  std::array<int64_t, kBins> bins_ = {};
  int64_t count_ = 0, zeros_ = 0;
  Range range_ = {0, 0};
  float reach_ = 0;  // 0: only zeros so far.
};

}  // namespace assay::quantize
