// The operations of integers.h on single integers, which may wrap. Include only in variants.
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/requantize_scalar.h"
#include "kernels/winograd/exact_weights.h"

namespace assay::winograd {
namespace {

struct Integer {
  using Reg = uint32_t;
  static constexpr int kLanes = 1;

  struct Lanes {};
  static Lanes First(int64_t) { return {}; }
  static Reg Load(const uint8_t* p) { return *p; }
  static Reg Load(const uint8_t* p, Lanes) { return *p; }
  static void Store(int16_t* p, Reg x) { *p = static_cast<int16_t>(x); }
  static Reg Load(const int32_t* p) { return static_cast<uint32_t>(*p); }
  static Reg Add(Reg a, Reg b) { return a + b; }
  static Reg Sub(Reg a, Reg b) { return a - b; }
  static Reg Times2(Reg x) { return 2 * x; }
  static Reg Times4(Reg x) { return 4 * x; }
  static Reg Exact(Reg x) {
    return static_cast<uint32_t>(static_cast<int32_t>(x * kInverseOf9) >> kShift);
  }
  template <int M>
  static void Finish(const gemm::Tile& t, const Reg (&x)[M][1]) {
    for (int64_t i = 0; i < M; ++i) {
      const uint8_t* residual = static_cast<const uint8_t*>(t.residual);
      if (residual != nullptr) residual += i * t.residual_stride;
      static_cast<uint8_t*>(t.dst)[i * t.dst_stride] =
          gemm::Requantized(*t.stage, static_cast<int32_t>(x[i][0]), t.scale[0], residual);
    }
  }
};

}  // namespace
}  // namespace assay::winograd
