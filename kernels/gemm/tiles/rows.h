// The rows of a tile, and one entry point for every number of them: a tile of m < mr rows runs code
// made for m rows, so that it costs m rows, not mr.
#pragma once

#include <utility>

#include "kernels/gemm/tiles/unroll.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

[[gnu::always_inline]] inline const uint8_t* FirstRow(const Tile& t, int64_t tap) {
  return static_cast<const uint8_t*>(t.first_row) + t.row_offsets[tap];
}

[[gnu::always_inline]] inline const uint8_t* PanelOf(const Tile& t, int64_t tap) {
  return static_cast<const uint8_t*>(t.rhs) + t.rhs_offsets[tap];
}

// Row i of a tap.
template <int MR, typename Element>
[[gnu::always_inline]] inline const Element* RowAt(const Tile& t, int64_t tap, int64_t i) {
  if (t.rows != nullptr) return static_cast<const Element*>(t.rows[tap * MR + i]);
  return reinterpret_cast<const Element*>(FirstRow(t, tap) + i * t.row_bytes);
}

// The M rows of a tap.
template <int MR, typename Element, int M>
[[gnu::always_inline]] inline void ReadRows(const Tile& t, int64_t tap, const Element* (&row)[M]) {
  if (t.rows == nullptr) {
    const uint8_t* next = FirstRow(t, tap);
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      row[i] = reinterpret_cast<const Element*>(next);
      next += t.row_bytes;
    });
  } else {
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      row[i] = static_cast<const Element*>(t.rows[tap * MR + i]);
    });
  }
}

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

// Tiles of more rows than registers hold, in blocks of kBlock rows: what is done once per tile,
// here and outside, so serves more rows. Whole blocks with all columns and no residual run inline,
// by Code::WholeBlock; the rest by Code::Run, since its branches would take registers from the
// loop.
template <typename Code, int kBlock>
void RunBlocks(const Tile& tile) {
  const typename Code::Start start(tile);
  const bool whole = tile.n == Code::kColumns && tile.residual == nullptr;
  Tile block = tile;
  for (int64_t rest = tile.m;;) {
    block.m = rest < kBlock ? rest : kBlock;
    if (whole && rest >= kBlock) {
      Code::template WholeBlock<kBlock>(block, start);
    } else {
      RunRows<Code>(block, std::make_integer_sequence<int, kBlock>());
    }
    rest -= kBlock;
    if (rest <= 0) return;
    if (block.rows != nullptr) {
      block.rows += kBlock;
    } else {
      block.first_row = static_cast<const uint8_t*>(block.first_row) + kBlock * block.row_bytes;
    }
    block.dst = static_cast<uint8_t*>(block.dst) + kBlock * block.dst_stride * Code::kDstBytes;
    if (block.residual == nullptr) continue;
    block.residual = static_cast<const uint8_t*>(block.residual) +
                     kBlock * block.residual_stride * Code::kDstBytes;
  }
}

}  // namespace
}  // namespace assay::gemm
