// One variant of the elementwise kernels: each function handles one run of n >= 0 elements. VNNI
// brings nothing here, so the tiers are scalar, avx2 and avx512. All give the same bits, softmax
// aside.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/cpu/isa.h"
#include "kernels/elementwise/elementwise.h"

namespace assay::elementwise {

// dst may be one of the sources. Otherwise operands do not overlap.
struct Variant {
  const char* name;
  Isa isa;
  void (*add_f32)(const float* a, const float* b, float* dst, int64_t n, float lo, float hi);
  void (*clamp_f32)(const float* src, float* dst, int64_t n, float lo, float hi);
  void (*add_u8)(const AddU8Params& params, const uint8_t* a, const uint8_t* b, uint8_t* dst,
                 int64_t n);
  void (*lookup_u8)(const uint8_t* table, const uint8_t* src, uint8_t* dst, int64_t n);
  void (*quantize)(QuantParams params, const float* src, uint8_t* dst, int64_t n);
  void (*dequantize)(QuantParams params, const uint8_t* src, float* dst, int64_t n);
  void (*dequantize_s32)(const float* scale, const int32_t* src, float* dst, int64_t n, float lo,
                         float hi);
  // Few columns: a tile of a product. dst is none of the sources.
  void (*requantize_s32)(const Rows& rows, const RequantizeS32Params& params, const int32_t* src,
                         uint8_t* dst);
  // One whole row; the vector tiers agree to the bit, the scalar one is std::exp's.
  void (*softmax)(const float* src, float* dst, int64_t n);
};

// The files of kernels/elementwise/variants, by name.
std::span<const Variant* const> AllVariants();

// The widest one within `usable`.
const Variant& Pick(IsaSet usable);

}  // namespace assay::elementwise
