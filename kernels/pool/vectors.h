// What pooling walks over: segments of a run's pixels, and for each the vectors of its channels.
// Include only in variants.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/pool/variant.h"

namespace assay::pool {
namespace {

// Channels are the outer loop within a segment, so that a column of taps may be carried from one
// pixel to the next in a register; segments are short, so that memory is still read in order.
inline constexpr int64_t kSegment = 16;

// Calls body(channel, lanes) for vectors of kLanes channels; the last may be a part.
template <int64_t kLanes, typename All, typename First, typename Body>
[[gnu::always_inline]] inline void ForVectors(int64_t channels, Body body) {
  int64_t channel = 0;
  for (; channel + kLanes <= channels; channel += kLanes) body(channel, All());
  if (channel < channels) body(channel, First(channels - channel));
}

// Calls body(pixels of the segment, its dst) for all segments.
template <typename T, typename Body>
[[gnu::always_inline]] inline void ForSegments(const Taps<T>& run, T* dst, Body body) {
  Taps<T> segment = run;
  for (int64_t pixel = 0; pixel < run.pixels; pixel += kSegment) {
    segment.src = run.src + pixel * run.pixel_step;
    segment.pixels = std::min(kSegment, run.pixels - pixel);
    body(segment, dst + pixel * run.dst_step);
  }
}

// A vector of floats, and of bytes, with V's operations.
template <typename V>
struct F32 {
  using T = float;
  using Reg = typename V::Float;
  using All = typename V::All;
  using First = typename V::First;
  static constexpr int64_t kLanes = V::kFloats;

  template <typename Lanes>
  [[gnu::always_inline]] static Reg Load(const T* p, Lanes lanes) {
    return V::Load(p, lanes);
  }
  template <typename Lanes>
  [[gnu::always_inline]] static void Store(T* p, Reg x, Lanes lanes) {
    V::Store(p, x, lanes);
  }
  [[gnu::always_inline]] static Reg Lowest() { return V::Set(-__builtin_inff()); }
  // best where x is NaN or equal.
  [[gnu::always_inline]] static Reg Max(Reg x, Reg best) { return V::Max(x, best); }
};

template <typename V>
struct U8 {
  using T = uint8_t;
  using Reg = typename V::Int;
  using All = typename V::All;
  using First = typename V::FirstBytes;
  static constexpr int64_t kLanes = V::kBytes;

  template <typename Lanes>
  [[gnu::always_inline]] static Reg Load(const T* p, Lanes lanes) {
    return V::LoadBytes(p, lanes);
  }
  template <typename Lanes>
  [[gnu::always_inline]] static void Store(T* p, Reg x, Lanes lanes) {
    V::StoreBytes(p, x, lanes);
  }
  [[gnu::always_inline]] static Reg Lowest() { return V::Zero(); }
  [[gnu::always_inline]] static Reg Max(Reg x, Reg best) { return V::Max8(x, best); }
};

}  // namespace
}  // namespace assay::pool
