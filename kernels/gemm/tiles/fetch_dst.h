// Asks for the lines of a tile of words before its multiply-adds, so that its stores find them.
#pragma once

#include "kernels/gemm/tiles/unroll.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

// M rows of V lines. Rows in full: what lies behind the last column is near anyway.
template <int M, int V>
[[gnu::always_inline]] inline void FetchDst(const Tile& t) {
  const float* row = static_cast<const float*>(t.dst);
  Unroll<M>([&]<int i>() __attribute__((always_inline)) {
    Unroll<V>([&]<int v>()
                  __attribute__((always_inline)) { __builtin_prefetch(row + 16 * v, /*rw=*/1); });
    row += t.dst_stride;
  });
}

}  // namespace
}  // namespace assay::gemm
