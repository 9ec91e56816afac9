// CodeTiles: how a product of codes that are both data goes over its panels and tiles. A unit of
// work packs a few panels of columns into its worker's part of the workspace, and all rows pass by
// them. What CodeProduct and RowCodeProduct share: they differ in what becomes of the sums.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/cpu/split.h"
#include "kernels/gemm/dense_rows.h"
#include "kernels/gemm/panel_grid.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {

class CodeTiles {
 public:
  static constexpr int64_t kMostColumns = 64;  // Of a panel.
  static constexpr int64_t kStep = 4;          // Of k, for all integer formats.

  // [m][k] by [k][n], `batch` times; any extent may be 0.
  struct Extents {
    int64_t batch = 1, m = 1, n = 1, k = 1;
  };
  // Chooses a variant, by the estimate of dispatch and what packing takes. `room_bytes`: what
  // packing wants of each worker. Error: as gemm::Choose.
  static Result<CodeTiles> Make(const Extents& extents, const KernelOptions& options,
                                int64_t room_bytes = 0);

  const Variant& variant() const { return *variant_; }
  const Extents& extents() const { return extents_; }
  bool empty() const { return extents_.batch == 0 || extents_.m == 0 || extents_.n == 0; }
  int64_t worker_bytes() const;  // Of the workspace; aligned.

  // sums[j] = sum over k of the panel's column j times `row`, a code for each k in PackedK.
  void SumColumns(const uint8_t* row, const void* panel, int32_t* sums) const;

  // A tile of sums: rows [row, row + tile.m) and columns [column, column + tile.n) of an element.
  struct Place {
    int64_t row, column;
    int32_t* columns;  // What Pack left.
    int32_t* sums;     // Room for [mr][nr].
  };
  // Parts:
  //   Element At(batch)                    what the others are given; lhs: [m][k], dense
  //   void Pack(element, first, panel, columns, room)
  //                                        columns [first, first + nr) of the right-hand operand,
  //                                        as PackCodePanel; columns: [nr] of its own
  //   void Enter(element, place, tile)     bias, dst and dst_stride
  //   void Finish(element, place, tile)    behind the kernel
  template <typename Parts>
  void Run(const Parts& parts, uint8_t* workspace, ThreadPool& pool) const {
    if (empty()) return;
    Split(grid_.units(), grid_.unit_cycles(), pool, [&](int64_t begin, int64_t end, int worker) {
      const Scratch scratch(*this, workspace + worker * worker_bytes());
      Tile tile = StartTile();
      for (int64_t index = begin; index < end; ++index) {
        const PanelGrid::Unit unit = grid_[index];
        const auto element = parts.At(unit.batch);
        for (int64_t i = 0; i < unit.panels && (index == begin || unit.new_panels); ++i) {
          parts.Pack(element, (unit.first_panel + i) * variant_->nr, scratch.panel(i),
                     scratch.columns + i * kMostColumns, scratch.room);
        }
        RunUnit(parts, element, unit, tile, scratch);
      }
    });
  }

 private:
  struct Scratch {    // A worker's part of the workspace.
    uint8_t* panels;  // [at once] panel_bytes
    int64_t panel_bytes;
    int32_t* columns;     // [at once][kMostColumns]
    int32_t* sums;        // [mr][nr]
    uint8_t* short_rows;  // [mr][kStep]
    uint8_t* room;

    Scratch(const CodeTiles& tiles, uint8_t* at);
    uint8_t* panel(int64_t i) const { return panels + i * panel_bytes; }
  };

  CodeTiles(const Extents& extents, const Variant& variant, int threads, int64_t room_bytes);
  Tile StartTile() const;

  template <typename Parts, typename Element>
  void RunUnit(const Parts& parts, const Element& element, const PanelGrid::Unit& unit, Tile& tile,
               const Scratch& scratch) const {
    const int64_t nr = variant_->nr, m = extents_.m, k = extents_.k;
    const DenseRows rows{element.lhs, k, 0, element.lhs + m * k};
    TileRows request{};
    request.mr = variant_->mr;
    request.k = k;
    request.step = kStep;
    request.packed_k = packed_k_;
    request.panel_offsets = tile.rhs_offsets;
    request.short_rows = scratch.short_rows;
    TileCursor cursor(grid_.tiling(), unit.first_tile);
    for (int64_t t = unit.first_tile; t < unit.last_tile; ++t) {
      request.first = cursor.first();
      tile.m = request.m = cursor.Next();
      if (k > 0) rows(request, tile);
      for (int64_t i = 0; i < unit.panels; ++i) {
        const int64_t column = (unit.first_panel + i) * nr;
        const Place place{request.first, column, scratch.columns + i * kMostColumns, scratch.sums};
        tile.rhs = scratch.panel(i);
        tile.n = std::min(nr, extents_.n - column);
        parts.Enter(element, place, tile);
        variant_->u8s8s32(tile);
        parts.Finish(element, place, tile);
      }
    }
  }

  Extents extents_;
  const Variant* variant_;
  PanelGrid grid_;
  int64_t panel_bytes_, packed_k_, room_bytes_;
};

}  // namespace assay::gemm
