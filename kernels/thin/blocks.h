// Thin products, for a vector type V (kernels/elementwise/vec_*.h). Include only in variants.
//
//   acc[M][W]   of M rows, W vectors of columns
//   row[W]      of rhs, unaligned, used by M rows
//   lhs         one element, in all lanes
//
// W is as large as there are registers: with one row, whose multiply-adds wait for nothing but each
// other, as with four.
#pragma once

#include <algorithm>

#include "kernels/elementwise/rows.h"
#include "kernels/thin/variant.h"

namespace assay::thin {
namespace {

// W vectors from `column` on; `lanes` gives those of a vector.
template <typename V, int M, int W, typename Lanes>
[[gnu::always_inline]] inline void Block(const Product& t, int64_t column, const Lanes& lanes) {
  typename V::Float acc[M][W];
#pragma GCC unroll 4
  for (int i = 0; i < M; ++i) {
#pragma GCC unroll 8
    for (int w = 0; w < W; ++w) acc[i][w] = V::Set(0);
  }
  for (int64_t p = 0; p < t.k; ++p) {
    const float* from = t.rhs + t.offsets[p] + column;
    typename V::Float row[W];
#pragma GCC unroll 8
    for (int w = 0; w < W; ++w) row[w] = V::Load(from + w * V::kFloats, lanes(w));
#pragma GCC unroll 4
    for (int i = 0; i < M; ++i) {
      const auto lhs = V::Set(t.lhs[i * t.lhs_stride + p]);
#pragma GCC unroll 8
      for (int w = 0; w < W; ++w) acc[i][w] = V::Fma(lhs, row[w], acc[i][w]);
    }
  }
  const auto lo = V::Set(t.lo), hi = V::Set(t.hi);
#pragma GCC unroll 4
  for (int i = 0; i < M; ++i) {
#pragma GCC unroll 8
    for (int w = 0; w < W; ++w) {
      const int64_t at = column + w * V::kFloats;
      auto sum = acc[i][w];
      if (t.addend != nullptr) {
        sum = V::Add(sum, V::Load(t.addend + i * t.addend_stride + at, lanes(w)));
      }
      V::Store(t.dst + i * t.dst_stride + at, elementwise::Clamp<V>(sum, lo, hi), lanes(w));
    }
  }
}

template <typename V, int M, int W>
void Whole(const Product& t, int64_t column) {
  Block<V, M, W>(
      t, column, [](int) __attribute__((always_inline)) { return typename V::All(); });
}

// The last columns, fewer than W vectors, by as few as hold them.
template <typename V, int M, int W>
void Rest(const Product& t, int64_t column) {
  const int64_t left = t.n - column;
  if constexpr (W > 1) {
    if (left <= W / 2 * V::kFloats) return Rest<V, M, W / 2>(t, column);
  }
  Block<V, M, W>(
      t, column, [&](int w) __attribute__((always_inline)) {
        return typename V::First(std::clamp<int64_t>(left - w * V::kFloats, 0, V::kFloats));
      });
}

template <typename V, int M>
void Rows(const Product& t) {
  constexpr int kAccumulators = V::kRegisters / 2;
  constexpr int W = M == 1 ? 8 : M == 2 ? kAccumulators / 2 : kAccumulators / 4;
  int64_t column = 0;
  for (; column + W * V::kFloats <= t.n; column += W * V::kFloats) Whole<V, M, W>(t, column);
  if (column < t.n) Rest<V, M, W>(t, column);
}

template <typename V>
void Thin(const Product& t) {
  switch (t.m) {
    case 1:
      return Rows<V, 1>(t);
    case 2:
      return Rows<V, 2>(t);
    case 3:
      return Rows<V, 3>(t);
    case 4:
      return Rows<V, 4>(t);
  }
}

}  // namespace
}  // namespace assay::thin
