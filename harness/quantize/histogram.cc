#include "harness/quantize/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::quantize {
namespace {

// The least power of two above |x|, and not below one whose bins are normal numbers.
float ReachOf(float x) {
  constexpr int kLeast = -100, kMost = 127;
  int exponent = 0;
  std::frexp(x, &exponent);
  return std::ldexp(1.0f, std::clamp(exponent, kLeast, kMost));
}

}  // namespace

void Histogram::Grow(float reach) {
  if (reach_ == 0) reach_ = reach;
  for (; reach_ < reach; reach_ *= 2) {
    std::array<int64_t, kBins> merged = {};
    for (size_t i = 0; i < kBins; ++i) merged[kBins / 4 + i / 2] += bins_[i];
    bins_ = merged;
  }
}

void Histogram::Add(std::span<const float> elements) {
  for (const float x : elements) {
    if (!(std::fabs(x) <= std::numeric_limits<float>::max())) continue;
    range_ = count_ == 0 ? Range{x, x} : Union(range_, {x, x});
    ++count_;
    if (x == 0) {
      ++zeros_;
      continue;
    }
    if (!(std::fabs(x) < reach_)) Grow(ReachOf(x));
    const double at = (double{x} / double{reach_} + 1) * (kBins / 2);
    ++bins_[static_cast<size_t>(std::clamp(at, 0.0, kBins - 1.0))];
  }
}

void Histogram::Merge(const Histogram& other) {
  if (other.count_ == 0) return;
  range_ = count_ == 0 ? other.range_ : Union(range_, other.range_);
  count_ += other.count_;
  zeros_ += other.zeros_;
  if (other.reach_ == 0) return;
  Histogram wider = other;
  Grow(other.reach_);
  wider.Grow(reach_);
  for (size_t i = 0; i < kBins; ++i) bins_[i] += wider.bins_[i];
}

}  // namespace assay::quantize
