// Softmax of one row, for a vector type V (vec_*.h). Include only in variants.
//
// exp(t), t <= 0:  n = round(t / ln 2), r = t - n ln 2 in two steps, 2^n (1 + r + r^2 P(r)) with
// the P of Cephes' expf: within 2 ulp; 0 below -87, where results would not be normal. Sums are
// kept in sixteen lanes, whatever the width of a vector. From L2 arithmetic is the bound: some 20
// vector operations for a vector of results.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kernels/elementwise/rows.h"

namespace assay::elementwise {
namespace {

inline constexpr int64_t kSumLanes = 16;

template <typename V>
[[gnu::always_inline]] inline typename V::Float ExpOfNegative(typename V::Float t) {
  const auto magic = V::Set(0x1.8p23f);  // Adding it rounds to an integer in the low bits.
  const auto shifted = V::Fma(t, V::Set(0x1.715476p0f), magic);
  const auto n = V::Sub(shifted, magic);
  auto r = V::Fma(n, V::Set(-0.693359375f), t);
  r = V::Fma(n, V::Set(2.12194440e-4f), r);
  auto p = V::Set(1.9875691500e-4f);
  for (float coefficient :
       {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f}) {
    p = V::Fma(p, r, V::Set(coefficient));
  }
  p = V::Add(V::Fma(V::Mul(r, r), p, r), V::Set(1.0f));
  return V::ZeroBelow(V::TimesPowerOf2(p, shifted), t, V::Set(-87.0f));
}

// Calls body(src, dst) for pieces of kSumLanes; the last is padded with -inf, whose exp is 0.
template <typename Body>
[[gnu::always_inline]] inline void ForPieces(const float* src, float* dst, int64_t n, Body body) {
  int64_t i = 0;
  for (; i + kSumLanes <= n; i += kSumLanes) body(src + i, dst + i);
  if (i == n) return;
  float padded[kSumLanes];
  std::fill(std::copy_n(src + i, n - i, padded), padded + kSumLanes,
            -std::numeric_limits<float>::infinity());
  body(padded, padded);
  std::copy_n(padded, n - i, dst + i);
}

template <typename V>
void Softmax(const float* src, float* dst, int64_t n) {
  constexpr int kVectors = kSumLanes / V::kFloats;
  typename V::Float most[kVectors], sums[kVectors];
  alignas(64) float lanes[kSumLanes];
  for (auto& x : most) x = V::Set(-std::numeric_limits<float>::infinity());
  for (auto& x : sums) x = V::Set(0);
  const auto store_lanes = [&](const typename V::Float(&x)[kVectors]) {
    for (int v = 0; v < kVectors; ++v) V::Store(lanes + v * V::kFloats, x[v], typename V::All());
  };

  // The greatest; a NaN is left to the exponentials.
  int64_t whole = 0;
  for (; whole + kSumLanes <= n; whole += kSumLanes) {
    for (int v = 0; v < kVectors; ++v) {
      most[v] = V::Max(V::Load(src + whole + v * V::kFloats, typename V::All()), most[v]);
    }
  }
  store_lanes(most);
  float greatest = *std::max_element(lanes, lanes + kSumLanes);
  for (; whole < n; ++whole) greatest = src[whole] > greatest ? src[whole] : greatest;

  const auto bias = V::Set(greatest);
  ForPieces(
      src, dst, n, [&](const float* from, float* to) __attribute__((always_inline)) {
        for (int v = 0; v < kVectors; ++v) {
          const auto x = V::Load(from + v * V::kFloats, typename V::All());
          const auto y = ExpOfNegative<V>(V::Sub(x, bias));
          sums[v] = V::Add(sums[v], y);
          V::Store(to + v * V::kFloats, y, typename V::All());
        }
      });
  store_lanes(sums);
  for (int64_t half = kSumLanes / 2; half > 0; half /= 2) {
    for (int64_t i = 0; i < half; ++i) lanes[i] += lanes[half + i];
  }
  const auto scale = V::Set(1.0f / lanes[0]);
  ForFloats<V>(
      n, [&](int64_t i, auto some) __attribute__((always_inline)) {
        V::Store(dst + i, V::Mul(V::Load(dst + i, some), scale), some);
      });
}

}  // namespace
}  // namespace assay::elementwise
