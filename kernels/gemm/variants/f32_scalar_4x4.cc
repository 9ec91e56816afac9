// f32 without vector instructions, 4 rows x 4 columns: sixteen accumulators. What runs where
// nothing better does, and what ASSAY_ISA=scalar compares with.
#include "kernels/gemm/tiles/rows.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

constexpr int kMr = 4, kNr = 4;

void Store(const Tile& t, const float (&acc)[kMr][kNr]) {
  float* dst = static_cast<float*>(t.dst);
  const float* residual = static_cast<const float*>(t.residual);
  for (int64_t i = 0; i < t.m; ++i) {
    for (int64_t j = 0; j < t.n; ++j) {
      float y = acc[i][j];
      if (residual != nullptr) y += residual[i * t.residual_stride + j];
      y = y < t.stage->lo ? t.stage->lo : y;  // NaN stays NaN.
      dst[i * t.dst_stride + j] = y > t.stage->hi ? t.stage->hi : y;
    }
  }
}

void Run(const Tile& t) {
  float acc[kMr][kNr];
  const float* bias = static_cast<const float*>(t.bias);
  for (auto& row : acc) {
    for (int j = 0; j < kNr; ++j) row[j] = bias[j];
  }
  for (int64_t tap = 0; tap < t.taps; ++tap) {
    const float* rhs = reinterpret_cast<const float*>(PanelOf(t, tap));
    for (int64_t k = 0; k < t.k; ++k, rhs += kNr) {
      for (int64_t i = 0; i < t.m; ++i) {
        const float lhs = RowAt<kMr, float>(t, tap, i)[k];
        for (int j = 0; j < kNr; ++j) acc[i][j] += lhs * rhs[j];
      }
    }
  }
  Store(t, acc);
}

}  // namespace

extern const Variant f32_scalar_4x4 = {
    .name = "f32_scalar_4x4",
    .isa = Isa::kScalar,
    .mr = kMr,
    .nr = kNr,
    .rhs = RhsFormat::kF32,
    .u8_lanes = 1,
    .macs_per_cycle = 1,
    .vector_bits = 64,
    .f32 = Run,
};

}  // namespace assay::gemm
