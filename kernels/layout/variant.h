// One variant of the layout kernels: transposes of one image, [rows][cols] -> [cols][rows], dense
// on both sides. VNNI brings nothing here, so the tiers are scalar, avx2 and avx512.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/base/quant.h"
#include "kernels/cpu/isa.h"

namespace assay::layout {

// A part of a transpose: `rows` x `cols` elements of a source whose rows lie src_stride elements
// apart, to a destination whose rows (the source's columns) lie dst_stride apart.
struct Tile {
  int64_t rows = 0, cols = 0;
  int64_t src_stride = 0, dst_stride = 0;
  bool far = false;  // The image or batch it is of is not in the nearer caches.
};

struct Variant {
  const char* name;
  Isa isa;
  void (*transpose_1)(const Tile& tile, const uint8_t* src, uint8_t* dst);
  void (*transpose_4)(const Tile& tile, const uint32_t* src, uint32_t* dst);
  // dst[col][row] = Quantize(src[row][col], params).
  void (*transpose_quantize)(const Tile& tile, QuantParams params, const float* src, uint8_t* dst);
};

// The files of kernels/layout/variants, by name.
std::span<const Variant* const> AllVariants();

// The widest one within `usable`.
const Variant& Pick(IsaSet usable);

}  // namespace assay::layout
