// The elementwise kernels, for a vector type V (vec_*.h). Include only in variants.
//
// Bytes become floats by interleaving, without a conversion: a byte b below 0x4b0000 is the float
// 2^23 + b, and subtracting 2^23 + zero_point is exact. The packs at the end undo the order of the
// unpacks, since both work within 16-byte lanes.
#pragma once

#include <cstdint>

#include "kernels/elementwise/variant.h"

namespace assay::elementwise {
namespace {

// NaN stays NaN.
template <typename V>
[[gnu::always_inline]] inline typename V::Float Clamp(typename V::Float x, typename V::Float lo,
                                                      typename V::Float hi) {
  return V::Min(hi, V::Max(lo, x));
}

// Calls body(i, lanes) for vectors of V::kFloats elements; the last may be a part.
template <typename V, typename Body>
[[gnu::always_inline]] inline void ForFloats(int64_t n, Body body) {
  int64_t i = 0;
  for (; i + 4 * V::kFloats <= n; i += 4 * V::kFloats) {
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) body(i + k * V::kFloats, typename V::All());
  }
  for (; i + V::kFloats <= n; i += V::kFloats) body(i, typename V::All());
  if (i < n) body(i, typename V::First(n - i));
}

template <typename V>
void AddF32(const float* a, const float* b, float* dst, int64_t n, float lo, float hi) {
  const auto low = V::Set(lo), high = V::Set(hi);
  ForFloats<V>(
      n, [&](int64_t i, auto lanes) __attribute__((always_inline)) {
        const auto sum = V::Add(V::Load(a + i, lanes), V::Load(b + i, lanes));
        V::Store(dst + i, Clamp<V>(sum, low, high), lanes);
      });
}

template <typename V>
void ClampF32(const float* src, float* dst, int64_t n, float lo, float hi) {
  const auto low = V::Set(lo), high = V::Set(hi);
  ForFloats<V>(
      n, [&](int64_t i, auto lanes) __attribute__((always_inline)) {
        V::Store(dst + i, Clamp<V>(V::Load(src + i, lanes), low, high), lanes);
      });
}

template <typename V>
void DequantizeS32(const float* scale, const int32_t* src, float* dst, int64_t n, float lo,
                   float hi) {
  const auto low = V::Set(lo), high = V::Set(hi);
  ForFloats<V>(
      n, [&](int64_t i, auto lanes) __attribute__((always_inline)) {
        const auto real = V::ToFloat(V::LoadInt(src + i, lanes));
        V::Store(dst + i, Clamp<V>(V::Mul(real, V::Load(scale + i, lanes)), low, high), lanes);
      });
}

template <typename V>
void DequantizeU8(QuantParams params, const uint8_t* src, float* dst, int64_t n) {
  const auto zero_point = V::Set(static_cast<float>(params.zero_point));
  const auto scale = V::Set(params.scale);
  ForFloats<V>(
      n, [&](int64_t i, auto lanes) __attribute__((always_inline)) {
        const auto q = V::ToFloat(V::LoadWidened(src + i, lanes));
        V::Store(dst + i, V::Mul(V::Sub(q, zero_point), scale), lanes);
      });
}

// Four vectors of floats hold the bytes of one vector; v = 0..3 in the order of unpacking.
template <typename V>
struct Floats {
  typename V::Float v[4];
};

// float(words) - zero_point; the words are unsigned, in the order of unpacking bytes.
template <typename V>
[[gnu::always_inline]] inline Floats<V> WidenWords(typename V::Int lo, typename V::Int hi,
                                                   typename V::Float two_to_23_and_zero_point) {
  const auto high = V::Set16(0x4b00);
  const auto x = two_to_23_and_zero_point;
  return {{V::Sub(V::AsFloat(V::UnpackLo16(lo, high)), x),
           V::Sub(V::AsFloat(V::UnpackHi16(lo, high)), x),
           V::Sub(V::AsFloat(V::UnpackLo16(hi, high)), x),
           V::Sub(V::AsFloat(V::UnpackHi16(hi, high)), x)}};
}

// float(bytes) - zero_point.
template <typename V>
[[gnu::always_inline]] inline Floats<V> Widen(typename V::Int bytes,
                                              typename V::Float two_to_23_and_zero_point) {
  return WidenWords<V>(V::UnpackLo8(bytes, V::Zero()), V::UnpackHi8(bytes, V::Zero()),
                       two_to_23_and_zero_point);
}

// Integers to bytes: + zero point, clamped to 0 and 255.
template <typename V>
[[gnu::always_inline]] inline typename V::Int Narrow(const typename V::Int (&q)[4],
                                                     typename V::Int zero_point) {
  const auto low = V::AddSaturated16(V::Pack32(q[0], q[1]), zero_point);
  const auto high = V::AddSaturated16(V::Pack32(q[2], q[3]), zero_point);
  return V::Pack16(low, high);
}

// RoundClamp (quant.h) in three places: the upper bound here, since a conversion makes of what is
// too large the smallest integer; of NaN too, which is right. The lower one by the packs. Other
// bounds than 0 and 255 at the end. kPlain: sums are known to lie within +-2^30, the bounds are 0
// and 255; the packs do it all.
template <typename V, bool kPlain>
void AddU8As(const AddU8Params& p, const uint8_t* a, const uint8_t* b, uint8_t* dst, int64_t n) {
  const auto a_zero = V::Set(0x1p23f + static_cast<float>(p.a_zero_point));
  const auto b_zero = V::Set(0x1p23f + static_cast<float>(p.b_zero_point));
  const auto a_ratio = V::Set(p.a_ratio), b_ratio = V::Set(p.b_ratio);
  const auto max = V::Set(static_cast<float>(p.hi - p.zero_point));
  const auto zero_point = V::Set16(p.zero_point);
  const auto lo = V::Set8(p.lo), hi = V::Set8(p.hi);
  const auto step = [&](int64_t i, auto lanes) __attribute__((always_inline)) {
    const auto left = Widen<V>(V::LoadBytes(a + i, lanes), a_zero);
    const auto right = Widen<V>(V::LoadBytes(b + i, lanes), b_zero);
    typename V::Int q[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      const auto sum = V::Add(V::Mul(left.v[v], a_ratio), V::Mul(right.v[v], b_ratio));
      q[v] = V::ToInt(kPlain ? sum : V::Min(max, sum));
    }
    const auto bytes = Narrow<V>(q, zero_point);
    V::StoreBytes(dst + i, kPlain ? bytes : V::Min8(V::Max8(bytes, lo), hi), lanes);
  };
  int64_t i = 0;
  for (; i + V::kBytes <= n; i += V::kBytes) step(i, typename V::All());
  if (i < n) step(i, typename V::FirstBytes(n - i));
}

// Every element is rounded as a float three times: some 44 vector instructions for a vector of
// results, so arithmetic is the bound in L2, memory beyond. Fewer would round differently: a zero
// point times a ratio is no float, so that it cannot be folded into a fused multiply-add.
template <typename V>
void AddU8(const AddU8Params& p, const uint8_t* a, const uint8_t* b, uint8_t* dst, int64_t n) {
  const bool plain = 255 * (__builtin_fabsf(p.a_ratio) + __builtin_fabsf(p.b_ratio)) <= 0x1p30f &&
                     p.lo == 0 && p.hi == 255;
  plain ? AddU8As<V, true>(p, a, b, dst, n) : AddU8As<V, false>(p, a, b, dst, n);
}

template <typename V>
void LookupU8(const uint8_t* table, const uint8_t* src, uint8_t* dst, int64_t n) {
  const typename V::Table lookup(table);
  const auto step = [&](int64_t i, auto lanes) __attribute__((always_inline)) {
    V::StoreBytes(dst + i, lookup(V::LoadBytes(src + i, lanes)), lanes);
  };
  int64_t i = 0;
  for (; i + V::kBytes <= n; i += V::kBytes) step(i, typename V::All());
  if (i < n) step(i, typename V::FirstBytes(n - i));
}

// True division is slow. Multiplied by the reciprocal, a quotient of at most 256 is off by less
// than 2^-14 (three roundings of 2^-24, relative), which changes what it rounds to only near a
// half: then divide. Scales whose reciprocal or quotients might leave the normal range always
// divide. What is below -256 gives 0 either way. In L2 half of the bandwidth; whether the distance
// is found by a conversion back or by vreduceps makes no difference.
template <typename V>
struct Quantizer {
  typename V::Float scale, reciprocal, max;
  typename V::Int zero_point;
  bool divide;

  [[gnu::always_inline]] explicit Quantizer(QuantParams params)
      : scale(V::Set(params.scale)),
        reciprocal(V::Set(1.0f / params.scale)),
        max(V::Set(static_cast<float>(255 - params.zero_point))),
        zero_point(V::Set16(params.zero_point)),
        divide(!(params.scale >= 0x1p-100f && params.scale <= 0x1p100f)) {}

  // Bytes of four vectors, in the order of the packs.
  [[gnu::always_inline]] typename V::Int operator()(const Floats<V>& x) const {
    typename V::Int q[4];
    typename V::Float worst = V::Set(0);
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      const auto y = V::Min(max, V::Mul(x.v[v], reciprocal));
      q[v] = V::ToInt(y);
      worst = V::MostRounded(y, q[v], worst);
    }
    if (__builtin_expect(divide || V::AnyAtLeast(worst, V::Set(0.5f - 0x1p-14f)), 0)) {
      for (int v = 0; v < 4; ++v) q[v] = V::ToInt(V::Min(max, V::Div(x.v[v], scale)));
    }
    return Narrow<V>(q, zero_point);
  }
};

// A vector of columns, all rows. Asked for in the loop over rows, whether scales are theirs takes 5
// % of a product of 197x64 by 64x197.
template <typename V, bool kByRow, typename Lanes>
[[gnu::always_inline]] inline void RequantizeColumns(const Rows& rows, const RequantizeS32Params& p,
                                                     const int32_t* src, uint8_t* dst,
                                                     int64_t column, Lanes lanes) {
  const auto max = V::Set(static_cast<float>(255 - p.zero_point));
  const auto zero_point = V::Set32(p.zero_point);
  auto scale = V::Set(0);
  if constexpr (!kByRow) scale = V::Load(p.scale + column, lanes);
  const auto offset = p.offset != nullptr ? V::LoadInt(p.offset + column, lanes) : V::Zero();
  src += column;
  dst += column;
  for (int64_t row = 0; row < rows.rows; ++row, src += rows.src_stride, dst += rows.dst_stride) {
    auto sum = V::LoadInt(src, lanes);
    if (p.offset != nullptr) sum = V::Add32(sum, V::Mul32(offset, V::Set32(p.factors[row])));
    if constexpr (kByRow) {
      sum = V::Add32(sum, V::Set32(p.addends[row]));
      scale = V::Set(p.row_scale[row]);
    }
    const auto q = V::ToInt(V::Min(max, V::Mul(V::ToFloat(sum), scale)));
    V::StoreNarrowed(dst, V::Add32(q, zero_point), lanes);  // Clamps to 0 and 255.
  }
}

template <typename V, bool kByRow>
void RequantizeAs(const Rows& rows, const RequantizeS32Params& p, const int32_t* src,
                  uint8_t* dst) {
  int64_t column = 0;
  for (; column + V::kFloats <= rows.count; column += V::kFloats) {
    RequantizeColumns<V, kByRow>(rows, p, src, dst, column, typename V::All());
  }
  if (column < rows.count) {
    RequantizeColumns<V, kByRow>(rows, p, src, dst, column, typename V::First(rows.count - column));
  }
}

template <typename V>
void RequantizeS32(const Rows& rows, const RequantizeS32Params& p, const int32_t* src,
                   uint8_t* dst) {
  p.scale != nullptr ? RequantizeAs<V, false>(rows, p, src, dst)
                     : RequantizeAs<V, true>(rows, p, src, dst);
}

template <typename V>
void QuantizeU8(QuantParams params, const float* src, uint8_t* dst, int64_t n) {
  const Quantizer<V> quantize(params);
  int64_t i = 0;
  for (; i + V::kBytes <= n; i += V::kBytes) {
    const Floats<V> x = {{V::Load(src + i, typename V::All()),
                          V::Load(src + i + V::kFloats, typename V::All()),
                          V::Load(src + i + 2 * V::kFloats, typename V::All()),
                          V::Load(src + i + 3 * V::kFloats, typename V::All())}};
    V::StoreBytes(dst + i, V::InOrder(quantize(x)), typename V::All());
  }
  for (; i < n; i += V::kFloats) {
    const typename V::First lanes(n - i < V::kFloats ? n - i : V::kFloats);
    const auto x = V::Load(src + i, lanes);
    const auto bytes = V::InOrder(quantize(Floats<V>{{x, x, x, x}}));
    V::StoreBytes(dst + i, bytes, typename V::FirstBytes(n - i < V::kFloats ? n - i : V::kFloats));
  }
}

}  // namespace
}  // namespace assay::elementwise
