// The int8 depthwise kernel, for a vector type V (vec_u8s8_*.h). Include only in variants.
//
// For each step (the output rows that one set of quads serves, quads.h), each block of channels and
// each strip of output columns:
//   1. Interleave four image rows into quads, in scratch in the first-level cache. Padding becomes
//      the zero point here. Columns that one tap meets lie side by side, with strides too:
//      scratch is [slot][group][v][part][position], where the slot stands for column mod stride
//      and the position for column div stride.
//   2. For each output column, sum dot products of quads and weights (in the first-level cache),
//      requantize, undo the order by packing, store.
// The two alternate every few columns: unpacks and packs need one port, dot products and
// conversions any, and only together they fill all.
//
// Registers of 2, for one v after the other, two rows and kColumns groups of columns:
//   acc[row][column]; a quad and a weight;  even[row][column], low[row][column]: v = 0 and 2 until
//   their partners come, and the words of v = 0 and 1.
// A 3x3 costs 12 dot products, 4 unpacks, 8 to 12 conversions and 3 packs per 64 bytes of output.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <type_traits>

#include "kernels/depthwise/quads.h"
#include "kernels/depthwise/variant.h"

namespace assay::depthwise {
namespace {

#define ASSAY_INLINE [[gnu::always_inline]] static inline

constexpr int64_t kStrip = 28;      // Output columns: divides 28, 56 and 112.
constexpr int64_t kSpare = 16;      // Positions that groups beyond a strip's last column may read.
constexpr int64_t kPositions = 52;  // Of a strip, where the kernel is one of the fixed ones.

// ---- Geometry

// A square kernel and stride known to the compiler, dilation 1; 0: any.
template <int kKernel, int kStride>
struct Shape {
  static constexpr bool kFixed = kKernel != 0;
};

struct Geometry {
  int64_t groups, rows;  // Grouping.
  int64_t kw, stride, dilation;
  int64_t period;     // Taps j and j + period meet the same columns mod stride.
  int64_t slots;      // How many different columns mod stride the taps meet.
  int64_t positions;  // Of a strip.
};

ASSAY_INLINE Geometry GeometryOf(const ConvSpec& s) {
  const auto [groups, rows] = GroupRows(s.kh, s.stride_h, s.dilation_h);
  const int64_t period = s.stride_w / std::gcd(s.stride_w, s.dilation_w);
  const int64_t halo = (s.kw - 1) * s.dilation_w / s.stride_w;
  return {groups,
          rows,
          s.kw,
          s.stride_w,
          s.dilation_w,
          period,
          std::min(period, s.kw),
          (kStrip + halo + kSpare + 3) / 4 * 4};
}

// The same, with what the compiler knows.
template <int kKernel, int kStride>
ASSAY_INLINE Geometry Known(const Geometry& g, Shape<kKernel, kStride> shape) {
  if constexpr (shape.kFixed) {
    constexpr int kGroups = (kKernel + 3) / 4;
    static_assert(kStrip + (kKernel - 1) / kStride + kSpare <= kPositions && kStride <= kKernel);
    return {kGroups,   (4 * kGroups - kKernel) / kStride + 1, kKernel, kStride, 1, kStride, kStride,
            kPositions};
  } else {
    return g;
  }
}

// Bytes of scratch that hold the quads.
template <typename V>
ASSAY_INLINE int64_t QuadBytes(const Geometry& g) {
  const int64_t positions = std::max(g.positions, kPositions);
  return g.slots * g.groups * 4 * V::kParts * positions * 16 * V::kLanes;
}

// Where, in quads, tap (group, j) of output column 0 of the strip begins; v = part = 0.
template <typename V, int kPieces>
ASSAY_INLINE int64_t TapOffset(const Geometry& g, int64_t group, int64_t j) {
  constexpr int64_t kWidth = 16 * V::kLanes / kPieces;
  const int64_t vectors = ((j % g.period) * g.groups + group) * 4 * V::kParts;
  return (vectors * g.positions + j * g.dilation / g.stride) * kWidth;
}

// ---- What does not change within a task

struct Plan {
  Geometry g;
  int64_t w, oh, ow;
  int64_t src_pixel, dst_pixel, residual_pixel;
  const uint8_t* zero_point;  // A source row of nothing else.
  const uint8_t** rows;       // 4 * groups source rows of the step.
  uint8_t* quads;
};

// The part of the output that a block and a strip cover.
struct Strip {
  const uint8_t* weights;  // Of the block, like bias and scale.
  const int32_t* bias;
  const float* scale;
  int64_t channel, channels;  // First one, and how many: at most the block's width.
  int64_t pixel;              // Output pixel of the step's first row, the strip's first column.
  int64_t x;                  // Image column of the first tap, maybe negative.
  int64_t columns, rows;
};

// ---- 1. Interleaving

template <typename V>
ASSAY_INLINE void StoreQuads(uint8_t* to, int64_t plane, typename V::Int quads) {
  if constexpr (V::kParts == 1) {
    V::Store(to, quads);
  } else {
    V::Store(to, V::EvenBytes(quads));
    V::Store(to + plane, V::OddBytes(quads));
  }
}

// Four vectors of rows to the four vectors of quads at `to`.
template <typename V>
ASSAY_INLINE void StoreInterleaved(const typename V::Int (&r)[4], int64_t plane, uint8_t* to) {
  const auto lo01 = V::UnpackLo8(r[0], r[1]), hi01 = V::UnpackHi8(r[0], r[1]);
  const auto lo23 = V::UnpackLo8(r[2], r[3]), hi23 = V::UnpackHi8(r[2], r[3]);
  const int64_t next = V::kParts * plane;
  StoreQuads<V>(to, plane, V::UnpackLo16(lo01, lo23));
  StoreQuads<V>(to + next, plane, V::UnpackHi16(lo01, lo23));
  StoreQuads<V>(to + 2 * next, plane, V::UnpackLo16(hi01, hi23));
  StoreQuads<V>(to + 3 * next, plane, V::UnpackHi16(hi01, hi23));
}

// One vector of each of four rows: kPieces columns from `x`.
template <typename V, int kPieces>
ASSAY_INLINE void LoadRows(const Plan& plan, const uint8_t* const* rows, int64_t x, int64_t stride,
                           const Strip& strip, typename V::Int (&r)[4]) {
  const bool inside = x >= 0 && x + (kPieces - 1) * stride < plan.w;
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const uint8_t* pieces[kPieces];
#pragma GCC unroll 4
    for (int k = 0; k < kPieces; ++k) {
      const int64_t column = x + k * stride;
      const bool in = inside || (column >= 0 && column < plan.w);
      pieces[k] = (in ? rows[i] + column * plan.src_pixel : plan.zero_point) + strip.channel;
    }
    r[i] = V::LoadPieces(pieces, strip.channels);
  }
}

// Makes the quads of positions [begin, end), all slots and groups; begin is a multiple of kPieces.
template <typename V, int kPieces, typename ShapeT>
[[gnu::noinline]] void MakeQuads(const Plan& plan_ref, const Strip& strip_ref, int64_t begin,
                                 int64_t end) {
  constexpr int64_t kWidth = 16 * V::kLanes / kPieces;
  const Plan plan = plan_ref;  // Stores of bytes could change what is behind a reference.
  const Strip strip = strip_ref;
  const Geometry g = Known(plan.g, ShapeT());
  const int64_t plane = g.positions * kWidth;
  for (int64_t slot = 0; slot < g.slots; ++slot) {
    const int64_t x = strip.x + slot * g.dilation % g.stride;
    for (int64_t group = 0; group < g.groups; ++group) {
      uint8_t* const to = plan.quads + (slot * g.groups + group) * 4 * V::kParts * plane;
      const uint8_t* const rows[4] = {plan.rows[4 * group], plan.rows[4 * group + 1],
                                      plan.rows[4 * group + 2], plan.rows[4 * group + 3]};
      for (int64_t p = begin; p < end; p += kPieces) {
        typename V::Int r[4];
        LoadRows<V, kPieces>(plan, rows, x + p * g.stride, g.stride, strip, r);
        StoreInterleaved<V>(r, plane, to + p * kWidth);
      }
    }
  }
}

// ---- 2. Dot products

// Adds quads times weights, vector v, to the sums of kRows output rows from `row` and kColumns
// groups of columns from `x` (of the strip). Weights and quads are loaded once for all of them.
template <typename V, int kPieces, int kRows, int kColumns, typename ShapeT>
ASSAY_INLINE void Accumulate(const Geometry& g, const uint8_t* quads, const uint8_t* weights, int v,
                             int64_t x, int64_t row, typename V::Int (&acc)[kRows][kColumns]) {
  constexpr int64_t kBytes = 16 * V::kLanes, kWidth = kBytes / kPieces;
  const int64_t plane = g.positions * kWidth;
  const auto tap = [&](int64_t group, int64_t j) __attribute__((always_inline)) {
    const int64_t step = (group * g.kw + j) * g.rows + row;
#pragma GCC unroll 2
    for (int part = 0; part < V::kParts; ++part) {
      const int at = v * V::kParts + part;
      const uint8_t* const q = quads + TapOffset<V, kPieces>(g, group, j) + at * plane + x * kWidth;
      const uint8_t* const w = weights + (step * 4 * V::kParts + at) * kBytes;
#pragma GCC unroll 2
      for (int r = 0; r < kRows; ++r) {
        const auto weight = V::Load(w + r * 4 * V::kParts * kBytes);
#pragma GCC unroll 4
        for (int c = 0; c < kColumns; ++c) {
          acc[r][c] = V::Dot(acc[r][c], V::Load(q + c * kBytes), weight);
        }
      }
    }
  };
  if constexpr (ShapeT::kFixed) {
    for (int64_t group = 0; group < g.groups; ++group) {
#pragma GCC unroll 5
      for (int64_t j = 0; j < g.kw; ++j) tap(group, j);
    }
  } else {
    for (int64_t group = 0; group < g.groups; ++group) {
      for (int64_t j = 0; j < g.kw; ++j) tap(group, j);
    }
  }
}

// ---- Output

// How an accumulator becomes an output.
enum class Output {
  kRelu,     // As kU8, and zero_point = q_lo = 0, and 0 <= scale, |acc| < 2^22.
  kU8,       // Requantized; float(acc) * scale fits an int32, no residual.
  kGeneral,  // Requantized, anything.
  kS32,
};

// What the bytes of a result are clamped to.
template <typename V>
struct Bounds {
  typename V::Int zero_point, lo, hi;

  [[gnu::always_inline]] explicit Bounds(const OutputStage& stage)
      : zero_point(V::Set16(stage.residual ? stage.sum_zero_point : stage.zero_point)),
        lo(V::Set8(stage.residual ? stage.sum_lo : stage.q_lo)),
        hi(V::Set8(stage.residual ? stage.sum_hi : stage.q_hi)) {}
};

// kRelu converts without an instruction: accumulators start higher by the bits of 2^23, so that for
// 0 <= y < 2^23 their bits are the float 2^23 + y, and fma(2^23 + y, scale, -2^23 * scale) is
// y * scale, rounded once: the product 2^23 * scale is exact. For y < 0 the bits are those of
// 2^23 + y / 2, the result is at most 0, and so is the right answer before it is clamped to 0.
constexpr int32_t kBitsOfTwoTo23 = 0x4b000000;

template <typename V, Output kOutput>
ASSAY_INLINE typename V::Int LoadBias(const Strip& strip, int v) {
  const auto bias = V::Load(strip.bias + v * 4 * V::kLanes);
  if constexpr (kOutput != Output::kRelu) return bias;
  return V::Add32(bias, V::Set32(kBitsOfTwoTo23));
}

// round(clamp(x)) as RoundClamp (quant.h), without its zero point.
template <typename V>
ASSAY_INLINE typename V::Int RoundClamped(typename V::Float x, int32_t zero_point, int32_t lo,
                                          int32_t hi) {
  x = V::Max(x, V::SetFloat(static_cast<float>(lo - zero_point)));
  x = V::Min(x, V::SetFloat(static_cast<float>(hi - zero_point)));
  return V::ToInt(x);
}

// The residual's addition (OutputStage), for the four vectors of a pixel group.
template <typename V>
ASSAY_INLINE void AddResidual(const OutputStage& stage, typename V::Int bytes,
                              typename V::Int (&q)[4]) {
  const auto lo = V::UnpackLo8(bytes, V::Zero()), hi = V::UnpackHi8(bytes, V::Zero());
  const typename V::Int r[4] = {V::UnpackLo16(lo, V::Zero()), V::UnpackHi16(lo, V::Zero()),
                                V::UnpackLo16(hi, V::Zero()), V::UnpackHi16(hi, V::Zero())};
  for (int v = 0; v < 4; ++v) {
    const auto left = V::Mul(V::ToFloat(q[v]), V::SetFloat(stage.acc_ratio));
    const auto real = V::ToFloat(V::Sub32(r[v], V::Set32(stage.residual_zero_point)));
    const auto right = V::Mul(real, V::SetFloat(stage.residual_ratio));
    q[v] = RoundClamped<V>(V::Add(left, right), stage.sum_zero_point, stage.sum_lo, stage.sum_hi);
  }
}

// Words of v = 0, 1 and of v = 2, 3 to bytes in channel order: the packs saturate and undo the
// interleaving.
template <typename V, Output kOutput>
ASSAY_INLINE typename V::Int PackBytes(const Bounds<V>& bounds, typename V::Int lo,
                                       typename V::Int hi) {
  if constexpr (kOutput == Output::kRelu) return V::Min8(V::Pack16(lo, hi), bounds.hi);
  lo = V::AddSaturated16(lo, bounds.zero_point);
  hi = V::AddSaturated16(hi, bounds.zero_point);
  return V::Min8(V::Max8(V::Pack16(lo, hi), bounds.lo), bounds.hi);
}

// Turns sums of vector v into integers less the zero point, clamped at least as the packs require.
template <typename V, Output kOutput>
struct Requantizer {
  typename V::Float scale, offset;

  [[gnu::always_inline]] Requantizer(const Strip& strip, int v)
      : scale(V::LoadFloat(strip.scale + v * 4 * V::kLanes)),
        offset(V::Mul(scale, V::SetFloat(-0x1p23f))) {}

  [[gnu::always_inline]] typename V::Int operator()(const OutputStage& stage,
                                                    typename V::Int acc) const {
    if constexpr (kOutput == Output::kRelu) {
      return V::ToInt(V::MulAdd(V::AsFloat(acc), scale, offset));
    }
    const auto x = V::Mul(V::ToFloat(acc), scale);
    if constexpr (kOutput == Output::kU8) return V::ToInt(x);
    return RoundClamped<V>(x, stage.zero_point, stage.q_lo, stage.q_hi);
  }
};

template <typename V, int kPieces>
ASSAY_INLINE void StoreInts(int32_t* dst, int64_t pixel_step, int64_t pixels, int64_t channels,
                            const typename V::Int (&acc)[4]) {
  constexpr int64_t kWidth = 16 * V::kLanes / kPieces;
  alignas(64) int32_t ints[4][4 * V::kLanes];
  for (int v = 0; v < 4; ++v) V::Store(ints[v], acc[v]);
  for (int64_t i = 0; i < pixels; ++i) {
    for (int64_t c = 0; c < channels; c += 4) {
      const int32_t* const from = ints[c / 4 % 4] + (i * kWidth + c) / 16 * 4;
      const size_t count = static_cast<size_t>(std::min<int64_t>(channels - c, 4));
      std::memcpy(dst + i * pixel_step + c, from, count * sizeof(int32_t));
    }
  }
}

// As many columns of the group as there are: `pixels`, from output pixel `pixel`.
template <typename V, int kPieces>
ASSAY_INLINE void StoreBytes(const Task& task, const Plan& plan, const Strip& strip, int64_t pixel,
                             int64_t pixels, typename V::Int bytes) {
  uint8_t* dst = static_cast<uint8_t*>(task.dst) + pixel * plan.dst_pixel + strip.channel;
#pragma GCC unroll 4
  for (int i = 0; i < kPieces; ++i, dst += plan.dst_pixel) {
    if (i >= pixels) break;
    V::StorePiece(dst, bytes, strip.channels, std::integral_constant<int, kPieces>(), i);
  }
}

// ---- A few columns of a few rows

// Keeps a value computed here. Compilers sink computations to where their results are stored, past
// the loads that several of them share, and then spill those.
template <typename V>
ASSAY_INLINE void Pin(typename V::Int& x) {
  __asm__ volatile("" : "+v"(x));
}

// kRows output rows from `row`, kColumns groups of columns from `x` (of the strip). Groups beyond
// the strip's last column are computed from whatever scratch holds, and not stored.
template <typename V, int kPieces, Output kOutput, int kRows, int kColumns, typename ShapeT>
ASSAY_INLINE void ComputeColumns(const Task& task, const Plan& plan, const Geometry& g,
                                 const Strip& strip, const Bounds<V>& bounds, int64_t x,
                                 int64_t row) {
  typename V::Int even[kRows][kColumns], low[kRows][kColumns];
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) {
    typename V::Int acc[kRows][kColumns];
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kColumns; ++c) acc[r][c] = LoadBias<V, kOutput>(strip, v);
    }
    Accumulate<V, kPieces, kRows, kColumns, ShapeT>(g, plan.quads, strip.weights, v, x, row, acc);
    const Requantizer<V, kOutput> requantize(strip, v);
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kColumns; ++c) {
        auto q = requantize(*task.stage, acc[r][c]);
        if (v == 1) q = low[r][c] = V::Pack32(even[r][c], q);
        if (v == 3) {
          q = low[r][c] = PackBytes<V, kOutput>(bounds, low[r][c], V::Pack32(even[r][c], q));
        }
        Pin<V>(v % 2 == 0 ? even[r][c] = q : low[r][c]);
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int c = 0; c < kColumns; ++c) {
      const int64_t column = x + c * kPieces;
      StoreBytes<V, kPieces>(task, plan, strip, strip.pixel + (row + r) * plan.ow + column,
                             strip.columns - column, low[r][c]);
    }
  }
}

// The same for one row and group, with a residual or without requantization.
template <typename V, int kPieces, Output kOutput, typename ShapeT>
ASSAY_INLINE void ComputeColumn(const Task& task, const Plan& plan, const Geometry& g,
                                const Strip& strip, const Bounds<V>& bounds, int64_t x,
                                int64_t row) {
  typename V::Int acc[4];
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) {
    typename V::Int sum[1][1] = {{LoadBias<V, kOutput>(strip, v)}};
    Accumulate<V, kPieces, 1, 1, ShapeT>(g, plan.quads, strip.weights, v, x, row, sum);
    acc[v] = sum[0][0];
  }
  const int64_t pixel = strip.pixel + row * plan.ow + x;
  const int64_t pixels = std::min<int64_t>(strip.columns - x, kPieces);
  if constexpr (kOutput == Output::kS32) {
    int32_t* const dst = static_cast<int32_t*>(task.dst) + pixel * plan.dst_pixel + strip.channel;
    StoreInts<V, kPieces>(dst, plan.dst_pixel, pixels, strip.channels, acc);
  } else {
    for (int v = 0; v < 4; ++v) {
      acc[v] = Requantizer<V, kOutput>(strip, v)(*task.stage, acc[v]);
    }
    if (task.stage->residual) {
      const uint8_t* pieces[kPieces];
      for (int i = 0; i < kPieces; ++i) {  // Beyond the last column: that one again.
        pieces[i] = static_cast<const uint8_t*>(task.residual) + strip.channel +
                    (pixel + std::min<int64_t>(i, pixels - 1)) * plan.residual_pixel;
      }
      AddResidual<V>(*task.stage, V::LoadPieces(pieces, strip.channels), acc);
    }
    StoreBytes<V, kPieces>(
        task, plan, strip, pixel, pixels,
        PackBytes<V, kOutput>(bounds, V::Pack32(acc[0], acc[1]), V::Pack32(acc[2], acc[3])));
  }
}

// ---- The loops around

// kRows output rows of a strip, from `row`. Operands are copied: a store of bytes could change any
// memory in the compiler's eyes.
template <typename V, int kPieces, Output kOutput, int kRows, typename ShapeT>
[[gnu::noinline]] void ComputeRows(const Task& task_ref, const Plan& plan_ref,
                                   const Strip& strip_ref, int64_t row) {
  constexpr bool kSimple = kOutput == Output::kRelu || kOutput == Output::kU8;
  constexpr int64_t kStep = (kSimple ? V::kColumns : 1) * kPieces;
  const Task task = task_ref;
  const Plan plan = plan_ref;
  const Strip strip = strip_ref;
  const Geometry g = Known(plan.g, ShapeT());
  const Bounds<V> bounds(*task.stage);
  const int64_t halo = (g.kw - 1) * g.dilation / g.stride;
  int64_t made = row == 0 ? 0 : g.positions;  // Positions of quads; the first row makes them.
  for (int64_t x = 0; x < strip.columns; x += kStep) {
    const int64_t wanted = std::min(x + kStep, strip.columns) + halo;
    if (made < wanted) {
      MakeQuads<V, kPieces, ShapeT>(plan_ref, strip_ref, made, wanted);
      made = (wanted + kPieces - 1) / kPieces * kPieces;
    }
    if constexpr (kSimple) {
      ComputeColumns<V, kPieces, kOutput, kRows, V::kColumns, ShapeT>(task, plan, g, strip, bounds,
                                                                      x, row);
    } else {
      for (int r = 0; r < kRows; ++r) {
        ComputeColumn<V, kPieces, kOutput, ShapeT>(task, plan, g, strip, bounds, x, row + r);
      }
    }
  }
}

// All strips of a block.
template <typename V, int kPieces, Output kOutput, typename ShapeT>
ASSAY_INLINE void ComputeBlock(const Task& task, const Plan& plan, const ConvSpec& s,
                               Strip& strip) {
  const int64_t pixel = strip.pixel;
  for (int64_t x = 0; x < plan.ow; x += kStrip) {
    strip.pixel = pixel + x;
    strip.x = x * s.stride_w - s.pad_left;
    strip.columns = std::min(plan.ow - x, kStrip);
    int64_t row = 0;
    for (; row + 2 <= strip.rows; row += 2) {
      ComputeRows<V, kPieces, kOutput, 2, ShapeT>(task, plan, strip, row);
    }
    if (row < strip.rows) ComputeRows<V, kPieces, kOutput, 1, ShapeT>(task, plan, strip, row);
  }
  strip.pixel = pixel;
}

// The source rows of the step that begins with output row `y` of `image`.
ASSAY_INLINE void LocateRows(const Task& task, const Plan& plan, int64_t image, int64_t y) {
  const ConvSpec& s = *task.spec;
  const int64_t used = (plan.g.rows - 1) * s.stride_h + s.kh;  // Rows that some weight meets.
  for (int64_t i = 0; i < 4 * plan.g.groups; ++i) {
    const int64_t h = y * s.stride_h - s.pad_top + i * s.dilation_h;
    const bool inside = i < used && h >= 0 && h < s.h;
    plan.rows[i] =
        inside ? static_cast<const uint8_t*>(task.src) + (image * s.h + h) * s.w * plan.src_pixel
               : plan.zero_point;
  }
}

// One step, all blocks; strip has its place, rows, and the first block's operands.
template <typename V, Output kOutput, typename ShapeT>
ASSAY_INLINE void ComputeStep(const Task& task, const Plan& plan, Strip strip) {
  constexpr int64_t kBytes = 16 * V::kLanes;
  const ConvSpec& s = *task.spec;
  const Geometry g = Known(plan.g, ShapeT());
  const int64_t block_bytes = g.groups * g.kw * g.rows * 4 * V::kParts * kBytes;
  for (int64_t width; strip.channel < s.c; strip.channel += width) {
    width = BlockWidth(s.c - strip.channel, V::kLanes);
    strip.channels = std::min(width, s.c - strip.channel);
    if (width == kBytes) {
      ComputeBlock<V, 1, kOutput, ShapeT>(task, plan, s, strip);
    } else if (width * 2 == kBytes) {
      ComputeBlock<V, 2, kOutput, ShapeT>(task, plan, s, strip);
    } else if constexpr (V::kLanes == 4) {
      ComputeBlock<V, 4, kOutput, ShapeT>(task, plan, s, strip);
    }
    strip.weights += block_bytes;
    strip.bias += kBytes;
    if (strip.scale != nullptr) strip.scale += kBytes;
  }
}

// Scratch: a source row of zero points, row pointers, quads.
struct ScratchLayout {
  int64_t rows, quads, bytes;
};

template <typename V>
ASSAY_INLINE ScratchLayout LayScratch(const ConvSpec& s, const Geometry& g) {
  ScratchLayout at;
  at.rows = (s.w * s.src_pixel() + 63) / 64 * 64;
  at.quads = (at.rows + 4 * g.groups * static_cast<int64_t>(sizeof(uint8_t*)) + 63) / 64 * 64;
  at.bytes = at.quads + QuadBytes<V>(g);
  return at;
}

template <typename V, Output kOutput, typename ShapeT>
void RunSteps(const Task& task) {
  const ConvSpec& s = *task.spec;
  const Geometry g = GeometryOf(s);
  const ScratchLayout at = LayScratch<V>(s, g);
  std::memset(task.scratch, task.stage->src_zero_point, static_cast<size_t>(at.rows));
  const Plan plan = {g,
                     s.w,
                     s.oh(),
                     s.ow(),
                     s.src_pixel(),
                     s.dst_pixel(),
                     s.residual_pixel(),
                     task.scratch,
                     reinterpret_cast<const uint8_t**>(task.scratch + at.rows),
                     task.scratch + at.quads};
  Strip strip = {};
  strip.weights = static_cast<const uint8_t*>(task.weights);
  strip.bias = static_cast<const int32_t*>(task.bias);
  strip.scale = task.scale;
  for (int64_t row = task.row_begin; row < task.row_end; row += strip.rows) {
    const int64_t image = row / plan.oh, y = row % plan.oh;
    strip.rows = std::min({g.rows, plan.oh - y, task.row_end - row});
    strip.pixel = row * plan.ow;
    LocateRows(task, plan, image, y);
    ComputeStep<V, kOutput, ShapeT>(task, plan, strip);
  }
}

// The fixed shapes, or any.
template <typename V, Output kOutput>
void RunShape(const Task& task) {
  const ConvSpec& s = *task.spec;
  const bool fixed =
      s.kh == s.kw && s.stride_h == s.stride_w && s.dilation_h == 1 && s.dilation_w == 1;
  const int64_t kernel = fixed ? s.kh : 0, stride = s.stride_h;
  if (kernel == 3 && stride == 1) return RunSteps<V, kOutput, Shape<3, 1>>(task);
  if (kernel == 3 && stride == 2) return RunSteps<V, kOutput, Shape<3, 2>>(task);
  if (kernel == 5 && stride == 1) return RunSteps<V, kOutput, Shape<5, 1>>(task);
  if (kernel == 5 && stride == 2) return RunSteps<V, kOutput, Shape<5, 2>>(task);
  RunSteps<V, kOutput, Shape<0, 0>>(task);
}

// Variant::scratch_bytes and Variant::run.
template <typename V>
size_t QuadScratch(const ConvSpec& s) {
  return static_cast<size_t>(LayScratch<V>(s, GeometryOf(s)).bytes);
}

template <typename V>
void RunQuads(const Task& task) {
  const OutputStage& stage = *task.stage;
  if (task.type == ComputeType::kU8S8S32) return RunSteps<V, Output::kS32, Shape<0, 0>>(task);
  if (!task.bounded || stage.residual) return RunSteps<V, Output::kGeneral, Shape<0, 0>>(task);
  if (task.small && stage.zero_point == 0 && stage.q_lo == 0) {
    return RunShape<V, Output::kRelu>(task);
  }
  RunShape<V, Output::kU8>(task);
}

}  // namespace
}  // namespace assay::depthwise
