// Product: a planned product of rows with packed columns; what Gemm and Conv have in common. It
// owns the packed operand and the output constants, and drives the micro-kernel over the tiles;
// where the rows are is told, tile by tile, by a RowSource.
#pragma once

#include <cstdint>

#include "kernels/base/buffer.h"
#include "kernels/base/compute.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/gemm/dispatch.h"
#include "kernels/gemm/packing.h"

namespace assay::gemm {

// The rows of one tile, asked for and filled in.
struct TileRows {
  int64_t group, first, m;  // Rows [first, first + m) of this group.
  int64_t mr;
  int64_t tap_bytes;  // rhs_offsets of tap t is t * tap_bytes.
  // The packed operand goes on to packed_k >= Problem::k with zeros: a source whose rows have so
  // many bytes that may be read may say k = packed_k, and spare the kernel the tail.
  int64_t packed_k;
  uint8_t* scratch;  // scratch_bytes of Product::Make times mr, the source's until the next tile.

  // To fill: [taps][mr] rows, the first m of each tap; [taps] offsets. taps and k are Problem's
  // until the source changes them.
  const void** rows;
  int64_t* rhs_offsets;
  int64_t taps, k;
};

// How many of `threads` are worth starting for work of so many cycles.
int ThreadsThatPay(double cycles, int threads);

using RowSource = FunctionRef<void(TileRows& tile)>;

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

  // problem.m guides the choice of the variant; Run takes any m. scratch_bytes: what the row
  // source wants per row of a tile.
  static Result<Product> Make(const Problem& problem, const RhsView& rhs, const void* bias,
                              const OutputStage& stage, const KernelOptions& options,
                              int64_t scratch_bytes = 0);

  void Run(int64_t m, RowSource source, const Output& output, void* workspace,
           ThreadPool& pool) const;

  size_t workspace_bytes(int threads) const;
  size_t packed_bytes() const { return rhs_.bytes() + bias_.size() + scale_.size(); }
  const Variant& variant() const { return *variant_; }

 private:
  struct Block {  // Of tiles: a task.
    int64_t group, first_tile, last_tile, first_panel, last_panel;
  };

  Product() = default;
  int64_t worker_bytes() const;
  void RunBlock(const Block& block, const Tiling& tiling, RowSource source, const Output& output,
                uint8_t* workspace) const;

  Problem problem_;
  Tiling tiling_;      // Of the problem's m, and its
  double cycles_ = 0;  // estimated cycles.
  const Variant* variant_ = nullptr;
  Kernel kernel_ = nullptr;
  PackedRhs rhs_;
  Buffer bias_, scale_;  // PackColumns
  Stage stage_{};
  int64_t scratch_bytes_ = 0;
};

}  // namespace assay::gemm
