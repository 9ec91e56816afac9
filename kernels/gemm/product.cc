#include "kernels/gemm/product.h"

#include <algorithm>
#include <vector>

#include "kernels/base/check.h"
#include "kernels/gemm/stage.h"

namespace assay::gemm {
namespace {

// Panels that are read again for every tile of rows stay within this much of the L2 cache.
constexpr int64_t kPanelCacheBytes = int64_t{512} << 10;
// A second thread costs a few microseconds to start and to wait for; below this it does not pay.
constexpr double kMinCyclesPerThread = 15000;
// So many blocks per thread let one that was held up leave its share to the others.
constexpr int64_t kBlocksPerThread = 4;

constexpr int64_t kAlignment = static_cast<int64_t>(Buffer::kAlignment);

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t RoundUp(int64_t a, int64_t b) { return CeilDiv(a, b) * b; }

int64_t DstBytes(ComputeType type) { return type == ComputeType::kU8S8U8 ? 1 : 4; }

template <typename T>
T* Advance(T* p, int64_t bytes) {
  using Byte = std::conditional_t<std::is_const_v<T>, const uint8_t, uint8_t>;
  return static_cast<Byte*>(p) + bytes;
}

}  // namespace

int ThreadsThatPay(double cycles, int threads) {
  return std::clamp(static_cast<int>(std::min(cycles / kMinCyclesPerThread, 1e6)), 1, threads);
}

Result<Product> Product::Make(const Problem& problem, const RhsView& rhs, const void* bias,
                              const OutputStage& stage, const KernelOptions& options,
                              int64_t scratch_bytes) {
  ASSAY_RETURN_IF_ERROR(CheckStage(stage, problem.type, problem.groups * problem.n));
  Product product;
  ASSAY_ASSIGN_OR_RETURN(product.variant_, Choose(problem, options));
  product.problem_ = problem;
  product.tiling_ = TilingOf(*product.variant_, problem);
  product.cycles_ = EstimateCycles(*product.variant_, problem);
  product.kernel_ = KernelFor(*product.variant_, problem.type);
  product.rhs_ = PackedRhs(rhs, *product.variant_, problem.type);
  product.stage_ = ToStage(stage);
  product.scratch_bytes_ = scratch_bytes;
  product.bias_ = PackBias(rhs, bias, stage, problem.type, *product.variant_);
  product.scale_ = PackScale(rhs, stage, problem.type, *product.variant_);
  return product;
}

int64_t Product::worker_bytes() const {
  const int64_t pointers = problem_.taps * (variant_->mr + 1) * 8;
  return RoundUp(pointers, kAlignment) + RoundUp(scratch_bytes_ * variant_->mr, kAlignment);
}

size_t Product::workspace_bytes(int threads) const {
  return static_cast<size_t>(worker_bytes() * threads);
}

void Product::Run(int64_t m, RowSource source, const Output& output, void* workspace,
                  ThreadPool& pool) const {
  if (m <= 0) return;
  Tiling tiling = tiling_;
  double cycles = cycles_;
  if (m != problem_.m) {
    Problem problem = problem_;
    problem.m = m;
    tiling = TilingOf(*variant_, problem);
    cycles = EstimateCycles(*variant_, problem);
  }
  const int64_t groups = problem_.groups, panels = rhs_.panels(), tiles = tiling.tiles();
  uint8_t* bytes = static_cast<uint8_t*>(workspace);
  const int threads = ThreadsThatPay(cycles, pool.threads());
  if (threads == 1) {
    for (int64_t group = 0; group < groups; ++group) {
      RunBlock({group, 0, tiles, 0, panels}, tiling, source, output, bytes);
    }
    return;
  }
  const int64_t blocks = threads * kBlocksPerThread;
  const int64_t row_blocks = std::clamp<int64_t>(blocks / groups, 1, tiles);
  const int64_t column_blocks = std::clamp<int64_t>(blocks / (groups * row_blocks), 1, panels);
  pool.Run(groups * row_blocks * column_blocks, [&](int64_t task, int worker) {
    const int64_t group = task / (row_blocks * column_blocks);
    const int64_t row = task / column_blocks % row_blocks, column = task % column_blocks;
    RunBlock({group, row * tiles / row_blocks, (row + 1) * tiles / row_blocks,
              column * panels / column_blocks, (column + 1) * panels / column_blocks},
             tiling, source, output, bytes + worker * worker_bytes());
  });
}

void Product::RunBlock(const Block& block, const Tiling& tiling, RowSource source,
                       const Output& output, uint8_t* workspace) const {
  const int64_t mr = variant_->mr, nr = variant_->nr, taps = problem_.taps;
  const int64_t element = DstBytes(problem_.type);
  const int64_t group_stride = output.group_stride != 0 ? output.group_stride : problem_.n;
  const int64_t panels_at_once =
      std::max<int64_t>(1, kPanelCacheBytes / std::max<int64_t>(1, rhs_.panel_bytes()));
  TileRows rows{};
  rows.group = block.group;
  rows.mr = mr;
  // Floats may not be read on: an infinity times a packed zero is not zero.
  rows.packed_k = problem_.type == ComputeType::kF32 ? problem_.k : PackedK(*variant_, problem_.k);
  rows.rows = reinterpret_cast<const void**>(workspace);
  rows.rhs_offsets = reinterpret_cast<int64_t*>(workspace) + taps * mr;
  rows.tap_bytes = rhs_.tap_bytes();
  rows.scratch = workspace + RoundUp(taps * (mr + 1) * 8, kAlignment);
  Tile tile{};
  tile.rows = rows.rows;
  tile.rhs_offsets = rows.rhs_offsets;
  tile.dst_stride = output.dst_stride;
  tile.residual_stride = output.residual_stride;
  tile.stage = &stage_;

  for (int64_t panel_begin = block.first_panel; panel_begin < block.last_panel;
       panel_begin += panels_at_once) {
    const int64_t panel_end = std::min(panel_begin + panels_at_once, block.last_panel);
    TileCursor cursor(tiling, block.first_tile);
    for (int64_t t = block.first_tile; t < block.last_tile; ++t) {
      rows.first = cursor.first();
      rows.m = cursor.Next();
      rows.taps = taps;
      rows.k = problem_.k;
      source(rows);
      tile.taps = rows.taps;
      tile.k = rows.k;
      tile.m = rows.m;
      for (int64_t panel = panel_begin; panel < panel_end; ++panel) {
        const int64_t column = block.group * group_stride + panel * nr;
        const int64_t packed = (block.group * rhs_.panels() + panel) * nr;
        tile.rhs = rhs_.panel(block.group, panel);
        tile.bias = bias_.data() + packed * 4;
        tile.scale = scale_.size() > 0 ? scale_.as<float>() + packed : nullptr;
        tile.n = std::min(nr, problem_.n - panel * nr);
        tile.dst = Advance(output.dst, (rows.first * output.dst_stride + column) * element);
        if (output.residual != nullptr) {
          tile.residual =
              Advance(output.residual, (rows.first * output.residual_stride + column) * element);
        }
        kernel_(tile);
      }
    }
  }
}

}  // namespace assay::gemm
