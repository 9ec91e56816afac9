// u8 x s8 without vector instructions, 4 rows x 4 columns: sixteen int32 accumulators, unsigned
// here, since int32 may wrap.
#include "kernels/gemm/tiles/requantize_scalar.h"
#include "kernels/gemm/tiles/rows.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

constexpr int kMr = 4, kNr = 4, kStep = 4;

void Accumulate(const Tile& t, uint32_t (&acc)[kMr][kNr]) {
  const int32_t* bias = static_cast<const int32_t*>(t.bias);
  for (auto& row : acc) {
    for (int j = 0; j < kNr; ++j) row[j] = static_cast<uint32_t>(bias[j]);
  }
  for (int64_t tap = 0; tap < t.taps; ++tap) {
    const int8_t* rhs = reinterpret_cast<const int8_t*>(PanelOf(t, tap));
    for (int64_t k = 0; k < t.k; ++k) {
      const int8_t* column = rhs + k / kStep * kStep * kNr + k % kStep;
      for (int64_t i = 0; i < t.m; ++i) {
        const int32_t lhs = RowAt<kMr, uint8_t>(t, tap, i)[k];
        for (int j = 0; j < kNr; ++j) acc[i][j] += static_cast<uint32_t>(lhs * column[j * kStep]);
      }
    }
  }
}

void RunS32(const Tile& t) {
  uint32_t acc[kMr][kNr];
  Accumulate(t, acc);
  int32_t* dst = static_cast<int32_t*>(t.dst);
  for (int64_t i = 0; i < t.m; ++i) {
    for (int64_t j = 0; j < t.n; ++j) dst[i * t.dst_stride + j] = static_cast<int32_t>(acc[i][j]);
  }
}

void RunU8(const Tile& t) {
  uint32_t acc[kMr][kNr];
  Accumulate(t, acc);
  uint8_t* dst = static_cast<uint8_t*>(t.dst);
  const uint8_t* residual = static_cast<const uint8_t*>(t.residual);
  for (int64_t i = 0; i < t.m; ++i) {
    for (int64_t j = 0; j < t.n; ++j) {
      const uint8_t* r = residual != nullptr ? residual + i * t.residual_stride + j : nullptr;
      dst[i * t.dst_stride + j] =
          Requantized(*t.stage, static_cast<int32_t>(acc[i][j]), t.scale[j], r);
    }
  }
}

}  // namespace

extern const Variant u8s8_scalar_4x4 = {
    .name = "u8s8_scalar_4x4",
    .isa = Isa::kScalar,
    .mr = kMr,
    .nr = kNr,
    .rhs = RhsFormat::kS8x4,
    .u8_lanes = 1,
    .macs_per_cycle = 1,
    .vector_bits = 64,
    .u8s8s32 = RunS32,
    .u8s8u8 = RunU8,
};

}  // namespace assay::gemm
