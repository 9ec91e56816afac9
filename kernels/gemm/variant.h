// The contract of a micro-kernel, one for matrix products and convolutions.
//
// A micro-kernel computes one tile of dst, m x n with m <= mr and n <= nr, in registers:
//   acc[i][j] = bias[j] + sum over taps t, over p < k of  row(t, i)[p] * rhs[t][p][j]
// and stores it through the output stage (kernels/base/compute.h). A matrix product has one tap; a
// convolution has kh * kw of them, whose rows point into the NHWC image or, where a tap falls on
// padding, to a row that holds the source's zero point. So nothing is copied, and a tap that is
// padding for every row of the tile need not be listed.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/cpu/isa.h"

namespace assay::gemm {

// How a variant wants the constant operand; steps of StepOfK of k, the last filled up with zeros.
// Panels of nr columns, each [tap][step of k][...]:
enum class RhsFormat : uint8_t {
  kF32,     // [nr] float, one of k per step.
  kF32x16,  // [nr][16] float, sixteen of k per step: for vectors that run along k.
  kS8x4,    // [nr][4] int8: what vpdpbusd multiplies.
  kS16x2,   // [nr][2] int16: what vpdpwssd and vpmaddwd multiply.
  kS16x4,  // [2][nr][2] int16: elements 0 and 2 of the step, then 1 and 3: what vpmaddwd multiplies
           // by the even and the odd bytes of four u8.
  // [nr / 8] times [8][4] uint8 magnitudes, [8][4] uint8 masks; and behind the steps of a tap, [nr]
  // int32. A weight w is taken as |w|, and the u8 a that it multiplies as the int8 x = a ^ mask:
  // a - 128 by mask 0x80 where w >= 0, 127 - a by 0x7f where w < 0. So a w is |w| x + 128 w, or
  // |w| x + 127 w, and the column's sum of these constants stands behind the steps. The sum of two
  // products |w| x is in [-32768, 32512], so vpmaddubsw, which saturates, adds them exactly.
  kSignMagnitude8x4,
};

// The constants of OutputStage, without what is folded into bias and scale.
struct Stage {
  float lo, hi;  // kF32
  int32_t zero_point, q_lo, q_hi;
  bool may_overflow;  // A scaled accumulator may leave int32.
  float acc_ratio, residual_ratio;
  int32_t residual_zero_point, sum_zero_point, sum_lo, sum_hi;
};

constexpr int64_t StepOfK(RhsFormat format) {
  switch (format) {
    case RhsFormat::kF32:
      return 1;
    case RhsFormat::kS16x2:
      return 2;
    case RhsFormat::kF32x16:
      return 16;
    case RhsFormat::kS8x4:
    case RhsFormat::kS16x4:
    case RhsFormat::kSignMagnitude8x4:
      return 4;
  }
  return 0;
}

struct Tile {
  // Row i of tap t is k contiguous elements at first_row + row_offsets[t] + i * row_bytes; or, where
  // there is a table, at rows[t * mr + i], i < m. No byte outside these elements is read.
  // k of the integer types is at least one step.
  // A table is for rows at uneven distances: writing it takes one store for each row, and a CPU holds
  // only so many. Behind the stores of a tile of 24 vectors those are 16 on Zen 4, with all that the
  // call and the driver store; the next one waits for the tile before, which costs 40 to 70 cycles.
  const void* first_row;
  int64_t row_bytes;
  const int64_t* row_offsets;  // [taps]
  const void* const* rows;     // [taps][mr], or nullptr.
  const int64_t* rhs_offsets;  // [taps]: where in the panel the tap's part begins, in bytes.
  int64_t taps, k;
  const void* rhs;     // The panel, aligned to 64.
  const void* bias;    // [nr] float or int32, aligned to 4 nr, at most 64; zero-point compensation
                       // included.
  const float* scale;  // [nr], aligned likewise; kU8S8U8 only.
  int64_t m, n;        // Only the first m rows and n columns are stored.
  void* dst;           // float, int32 or uint8
  int64_t dst_stride;  // Elements from row to row.
  bool dst_is_far;     // All of dst is more than the second-level cache keeps.
  const void* residual;  // Like dst, or nullptr.
  int64_t residual_stride;
  const Stage* stage;
};

using Kernel = void (*)(const Tile& tile);

struct Variant {
  const char* name;
  Isa isa;
  int64_t mr, nr;
  RhsFormat rhs;
  // Columns of a kU8S8U8 panel (with its bias and scale) are ordered so that packing inside 128-bit
  // lanes stores them in their natural order: with L = u8_lanes and V = nr / (4 L) vectors, the
  // position (v, lane, j) holds column 4 V lane + 4 v + j. 1 is the natural order.
  int64_t u8_lanes;
  // Multiply-adds per cycle of a full tile on a CPU with two vector ports of this width: what
  // dispatch reckons with.
  double macs_per_cycle;
  int vector_bits = 512;
  Kernel f32 = nullptr, u8s8s32 = nullptr, u8s8u8 = nullptr, s16s16s32 = nullptr;  // Supported ones.
};

// Every variant of the folder variants/, in the order of the names.
std::span<const Variant* const> AllVariants();

}  // namespace assay::gemm
