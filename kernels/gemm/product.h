// Product: a planned product of rows with packed columns; what Gemm and Conv have in common. It
// owns the packed operand and the output constants, and drives the micro-kernel over the tiles.
// Where the rows are is told once, by DenseRows, or tile by tile, by a RowSource.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/base/buffer.h"
#include "kernels/base/compute.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/gemm/dispatch.h"
#include "kernels/gemm/grid.h"
#include "kernels/gemm/packing.h"

namespace assay::gemm {

// The rows of a tile, asked for.
struct TileRows {
  int64_t group, first, m;  // Rows [first, first + m) of this group.
  int64_t mr;
  int64_t k;  // Problem's. The kernel takes no less than step.
  int64_t step;
  // The packed operand goes on to packed_k >= k with zeros: a source whose rows have so many bytes
  // that may be read may say k = packed_k, and spare the kernel the tail.
  int64_t packed_k;
  const int64_t* panel_offsets;  // [taps]: rhs_offsets of all taps.
  // Room for a table of [taps][mr] rows and one of [taps] offsets, and scratch_bytes of
  // Product::Make times mr; nullptr where Run has no workspace. Step bytes for each of mr rows. All
  // is the source's until the next tile.
  const void** rows;
  int64_t* rhs_offsets;
  uint8_t* scratch;
  uint8_t* short_rows;
};

// Rows [a tile's first, end), whose tiles differ in first_row only, by row_bytes from row to row.
// Their results are the rows of dst and residual from dst_row on.
struct RowSpan {
  int64_t end, dst_row;
};

// Sets first_row, row_bytes and row_offsets, or rows; rhs_offsets, taps and k, which are those of
// the tile before. Returns the span that begins with the tile.
using RowSource = FunctionRef<RowSpan(const TileRows& request, Tile& tile)>;

class Product {
 public:
  // Dst and residual of all groups. Strides in elements.
  struct Output {
    void* dst;
    int64_t dst_stride;
    const void* residual;  // nullptr: none.
    int64_t residual_stride;
    int64_t group_stride = 0;  // From group to group, of both; 0: n, side by side.
  };

  // `line` > 0: tiles stay within lines of so many rows.
  struct Rows {
    int64_t m;
    int64_t line = 0;
  };

  // problem.m guides the choice of the variant; Run takes any m. scratch_bytes: what the row
  // source wants per row of a tile.
  static Result<Product> Make(const Problem& problem, const RhsView& rhs, const void* bias,
                              const OutputStage& stage, const KernelOptions& options,
                              int64_t scratch_bytes = 0);

  // workspace: workspace_bytes; nullptr where the source needs no table and no scratch.
  void Run(Rows rows, RowSource source, const Output& output, void* workspace,
           ThreadPool& pool) const;

  size_t workspace_bytes(int threads) const;
  size_t packed_bytes() const { return rhs_.bytes() + bias_.size() + scale_.size(); }
  const Variant& variant() const { return *variant_; }
  int64_t dst_bytes() const;  // Of an element.

 private:
  struct Block {  // Of tiles: a task.
    int64_t group, first_tile, last_tile, first_panel, last_panel;
  };

  struct Span;  // Of rows.

  Product() = default;
  int64_t worker_bytes() const;
  Grid GridOf(const Tiling& tiling, double cycles, bool side_by_side, int threads) const;
  int64_t RunTiles(const Span& span, Tile& tile, TileCursor& cursor, int64_t tiles,
                   int64_t panel_begin, int64_t panel_end) const;
  int64_t RunPanels(Span span, Tile& tile, TileCursor& cursor, int64_t tiles, int64_t panel_begin,
                    int64_t panel_end) const;
  void RunBlock(const Block& block, const Tiling& tiling, RowSource source, const Output& output,
                uint8_t* workspace) const;
  TileRows StartRows(int64_t group, uint8_t* workspace) const;
  // m: of the whole product.
  Tile StartTile(int64_t m, const Output& output) const;
  // Sets what depends on the panel; dst and residual are those of row 0.
  void EnterPanel(int64_t group, int64_t panel, const Output& output, Tile& tile) const;
  // The same for the panel behind the tile's, which is `panel` of its group.
  void NextPanel(int64_t panel, Tile& tile) const;

  Problem problem_;
  Tiling tiling_{1, 1, 1};  // Of the problem's m, and its
  double cycles_ = 0;       // estimated cycles,
  int threads_ = 1;         // and for so many threads
  Grid grid_;               // its tasks.
  const Variant* variant_ = nullptr;
  Kernel kernel_ = nullptr;
  PackedRhs rhs_;
  std::vector<int64_t> panel_offsets_;  // Of the taps.
  Buffer bias_, scale_;                 // PackColumns
  Stage stage_{};
  int64_t scratch_bytes_ = 0;
};

}  // namespace assay::gemm
