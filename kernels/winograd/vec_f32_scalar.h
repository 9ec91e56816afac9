// The operations of transforms.h on single floats. Include only in variants.
#pragma once

#include <cstdint>

namespace assay::winograd {
namespace {

struct VecF32 {
  using Float = float;
  static constexpr int kLanes = 1;

  struct Lanes {};
  static Lanes First(int64_t) { return {}; }
  static Float Load(const float* p) { return *p; }
  static Float Load(const float* p, Lanes) { return *p; }
  static void Store(float* p, Float x) { *p = x; }
  static void Store(float* p, Float x, Lanes) { *p = x; }
  static Float Set(float x) { return x; }
  static Float MulAdd(Float a, Float b, Float c) { return a * b + c; }
  static Float NegMulAdd(Float a, Float b, Float c) { return c - a * b; }
  static Float Add(Float a, Float b) { return a + b; }
  static Float Sub(Float a, Float b) { return a - b; }
  static Float Mul(Float a, Float b) { return a * b; }
  // max(x, lo) and min(x, hi); NaN stays NaN.
  static Float AtLeast(Float x, Float lo) { return lo > x ? lo : x; }
  static Float AtMost(Float x, Float hi) { return hi < x ? hi : x; }
};

}  // namespace
}  // namespace assay::winograd
