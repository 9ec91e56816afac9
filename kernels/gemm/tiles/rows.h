// One entry point for every number of rows: a tile of m < mr rows runs code made for m rows, so
// that it costs m rows, not mr.
#pragma once

#include <utility>

#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

template <typename Code, int... I>
[[gnu::always_inline]] inline void RunRows(const Tile& tile, std::integer_sequence<int, I...>) {
  static constexpr Kernel table[] = {&Code::template Run<I + 1>...};
  table[tile.m - 1](tile);
}

// Code::Run<M>(tile) with M = tile.m, which is in [1, MR].
template <typename Code, int MR>
void RunTile(const Tile& tile) {
  RunRows<Code>(tile, std::make_integer_sequence<int, MR>());
}

}  // namespace
}  // namespace assay::gemm
