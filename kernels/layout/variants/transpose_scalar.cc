// Transposes, plain loops: the definition in code.
#include "kernels/layout/variant.h"

namespace assay::layout {
namespace {

template <typename T>
void Transpose(const Tile& tile, const T* src, T* dst) {
  for (int64_t col = 0; col < tile.cols; ++col) {
    for (int64_t row = 0; row < tile.rows; ++row) {
      dst[col * tile.dst_stride + row] = src[row * tile.src_stride + col];
    }
  }
}

void TransposeQuantize(const Tile& tile, QuantParams params, const float* src, uint8_t* dst) {
  for (int64_t col = 0; col < tile.cols; ++col) {
    for (int64_t row = 0; row < tile.rows; ++row) {
      dst[col * tile.dst_stride + row] = Quantize(src[row * tile.src_stride + col], params);
    }
  }
}

}  // namespace

extern const Variant transpose_scalar = {"transpose_scalar", Isa::kScalar, Transpose<uint8_t>,
                                         Transpose<uint32_t>, TransposeQuantize};

}  // namespace assay::layout
