// s16 x s16 without vector instructions, 4 rows x 4 columns: sixteen int32 accumulators, unsigned
// here, since int32 may wrap.
#include "kernels/gemm/tiles/rows.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

constexpr int kMr = 4, kNr = 4, kStep = 2;

void RunS32(const Tile& t) {
  int32_t* dst = static_cast<int32_t*>(t.dst);
  uint32_t acc[kMr][kNr] = {};
  for (int64_t tap = 0; tap < t.taps; ++tap) {
    const int16_t* rhs = reinterpret_cast<const int16_t*>(PanelOf(t, tap));
    for (int64_t k = 0; k < t.k; ++k) {
      const int16_t* column = rhs + k / kStep * kStep * kNr + k % kStep;
      for (int64_t i = 0; i < t.m; ++i) {
        const int32_t lhs = RowAt<kMr, int16_t>(t, tap, i)[k];
        for (int j = 0; j < kNr; ++j) acc[i][j] += static_cast<uint32_t>(lhs * column[j * kStep]);
      }
    }
  }
  for (int64_t i = 0; i < t.m; ++i) {
    for (int64_t j = 0; j < t.n; ++j) dst[i * t.dst_stride + j] = static_cast<int32_t>(acc[i][j]);
  }
}

}  // namespace

extern const Variant s16_scalar_4x4 = {
    .name = "s16_scalar_4x4",
    .isa = Isa::kScalar,
    .mr = kMr,
    .nr = kNr,
    .rhs = RhsFormat::kS16x2,
    .u8_lanes = 1,
    .macs_per_cycle = 1,
    .vector_bits = 64,
    .s16s16s32 = RunS32,
};

}  // namespace assay::gemm
