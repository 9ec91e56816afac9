// Winograd's algorithms of floats in one dimension, for a vector type V (kernels/vector/f32_*.h),
// and what is done to their results. Include only in variants.
#pragma once

#include <cstdint>

#include "kernels/winograd/points.h"
#include "kernels/winograd/transforms.h"

namespace assay::winograd {
namespace {

// F(2,3) in one dimension. `x(i)` is element i. Each part makes kCount elements of the result.
template <typename V>
struct F2 {
  using Float = typename V::Float;
  using Reg = Float;
  using Source = float;
  using Element = float;
  static constexpr int kOutputs = 2, kPoints = 4;

  static constexpr int kInputParts = 3;
  static constexpr int InputCount(int part) { return part == 1 ? 2 : 1; }
  static constexpr int InputAt(int part, int i) { return part + i + (part == 2 ? 1 : 0); }

  template <int part, typename X>
  [[gnu::always_inline]] static void Input(const X& x, Float (&y)[2]) {
    if constexpr (part == 0) {
      y[0] = V::Sub(x(2), x(0));
    } else if constexpr (part == 1) {
      y[0] = V::Add(x(2), x(1));
      y[1] = V::Sub(x(2), x(1));
    } else {
      y[0] = V::Sub(x(3), x(1));
    }
  }

  static constexpr int kOutputParts = 1;
  static constexpr int OutputAt(int, int i) { return i; }

  template <int, typename X>
  [[gnu::always_inline]] static void Output(const X& x, Float (&y)[2]) {
    y[0] = V::Add(x(0), V::Add(x(1), x(2)));
    y[1] = V::Add(V::Sub(x(1), x(2)), x(3));
  }
};

// F(4,3) in one dimension, points 0, +-a, +-b, infinity.
template <typename V>
struct F4 {
  using Float = typename V::Float;
  using Reg = Float;
  using Source = float;
  using Element = float;
  static constexpr int kOutputs = 4, kPoints = 6;
  static constexpr float a = kPointA, b = kPointB;

  static constexpr int kInputParts = 4;
  static constexpr int InputCount(int part) { return part == 1 || part == 2 ? 2 : 1; }
  static constexpr int InputAt(int part, int i) { return part == 0 ? 0 : 2 * part - 1 + i; }

  template <int part, typename X>
  [[gnu::always_inline]] static void Input(const X& x, Float (&y)[2]) {
    if constexpr (part == 0 || part == 3) {  // Coefficients of (x^2 - a^2) (x^2 - b^2).
      constexpr int first = part == 0 ? 0 : 1;
      y[0] = V::MulAdd(V::Set(a * a * b * b), x(first),
                       V::NegMulAdd(V::Set(a * a + b * b), x(first + 2), x(first + 4)));
    } else {
      const Float point = V::Set(part == 1 ? a : b);
      const Float square = V::Set(part == 1 ? b * b : a * a);  // Of the other pair.
      const Float even = V::NegMulAdd(square, x(2), x(4));
      const Float odd = V::NegMulAdd(square, x(1), x(3));
      y[0] = V::MulAdd(point, odd, even);
      y[1] = V::NegMulAdd(point, odd, even);
    }
  }

  static constexpr int kOutputParts = 2;
  static constexpr int OutputAt(int part, int i) { return part + 2 * i; }

  template <int part, typename X>
  [[gnu::always_inline]] static void Output(const X& x, Float (&y)[2]) {
    if constexpr (part == 0) {
      const Float sum_a = V::Add(x(1), x(2)), sum_b = V::Add(x(3), x(4));
      y[0] = V::Add(x(0), V::Add(sum_a, sum_b));
      y[1] = V::MulAdd(V::Set(a * a), sum_a, V::Mul(V::Set(b * b), sum_b));
    } else {
      const Float difference_a = V::Sub(x(1), x(2)), difference_b = V::Sub(x(3), x(4));
      y[0] = V::MulAdd(V::Set(a), difference_a, V::Mul(V::Set(b), difference_b));
      y[1] = V::MulAdd(V::Set(a * a * a), difference_a,
                       V::MulAdd(V::Set(b * b * b), difference_b, x(5)));
    }
  }
};

// Bias, residual and clamp.
template <typename V, bool kTail, bool kWhole>
class FinishFloats {
 public:
  using Float = typename V::Float;

  [[gnu::always_inline]] FinishFloats(const OutputTile& t, int64_t channel)
      : t_(t),
        channels_(kTail ? t.channels - channel : V::kLanes),
        bias_(V::Load(static_cast<const float*>(t.bias) + channel)),
        lo_(V::Set(t.stage->lo)),
        hi_(V::Set(t.stage->hi)),
        dst_(static_cast<float*>(t.dst) + channel),
        residual_(t.residual != nullptr ? static_cast<const float*>(t.residual) + channel
                                        : nullptr) {}

  template <int row, int column>
  [[gnu::always_inline]] void Put(Float y) {
    if (!kWhole && (row >= t_.rows || column >= t_.columns)) return;
    y = V::Add(y, bias_);
    if (residual_ != nullptr) {
      y = V::Add(y, channels_.Load(residual_ + row * t_.residual_row + column * t_.residual_pixel));
    }
    channels_.Store(dst_ + row * t_.dst_row + column * t_.dst_pixel,
                    V::AtMost(V::AtLeast(y, lo_), hi_));
  }
  template <int row>
  [[gnu::always_inline]] void EndRow() {}

 private:
  const OutputTile& t_;
  const Channels<V, kTail> channels_;
  const Float bias_, lo_, hi_;
  float* const dst_;
  const float* const residual_;
};

}  // namespace
}  // namespace assay::winograd
