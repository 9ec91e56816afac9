// Thin: products of few rows with a matrix as it lies. To pack such a matrix into panels takes
// longer than to multiply by it.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "kernels/cpu/isa.h"

namespace assay::thin {

inline constexpr int64_t kMostRows = 4;

// dst [m][n] = clamp(lhs [m][k] x rhs [k][n] + addend [m][n], lo, hi), f32; NaN stays NaN. m is at
// most kMostRows, any extent may be 0. Every element is the sum over k in order.
struct Product {
  int64_t m, n, k;
  const float* lhs;
  int64_t lhs_stride;  // Elements from row to row, as all strides.
  const float* rhs;
  const int64_t* offsets;  // [k]: row p of rhs begins at rhs + offsets[p].
  const float* addend = nullptr;
  int64_t addend_stride = 0;  // 0: one row for all.
  float* dst;
  int64_t dst_stride;
  float lo = -std::numeric_limits<float>::infinity();
  float hi = std::numeric_limits<float>::infinity();
};

struct Variant {
  const char* name;
  Isa isa;
  void (*f32)(const Product& product);
};

// The files of kernels/thin/variants, by name.
std::span<const Variant* const> AllVariants();

// The widest one within `usable`.
const Variant& Pick(IsaSet usable);

}  // namespace assay::thin
