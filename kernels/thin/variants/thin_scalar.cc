// Thin products, plain loops: the definition in code.
#include "kernels/thin/variant.h"

namespace assay::thin {
namespace {

void Thin(const Product& t) {
  for (int64_t i = 0; i < t.m; ++i) {
    for (int64_t j = 0; j < t.n; ++j) {
      float sum = 0;
      for (int64_t p = 0; p < t.k; ++p) {
        sum += t.lhs[i * t.lhs_stride + p] * t.rhs[t.offsets[p] + j];
      }
      if (t.addend != nullptr) sum += t.addend[i * t.addend_stride + j];
      if (sum < t.lo) sum = t.lo;
      if (sum > t.hi) sum = t.hi;
      t.dst[i * t.dst_stride + j] = sum;
    }
  }
}

}  // namespace

extern const Variant thin_scalar = {"thin_scalar", Isa::kScalar, Thin};

}  // namespace assay::thin
