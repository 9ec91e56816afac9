#include "kernels/gemm/product.h"

#include <algorithm>
#include <cstring>

#include "kernels/base/check.h"
#include "kernels/gemm/stage.h"

namespace assay::gemm {
namespace {

// Panels that are read again for every tile of rows stay within this much of the L2 cache.
constexpr int64_t kPanelCacheBytes = int64_t{512} << 10;
// A panel that stays in the L1 cache beside the rows and the results that pass by.
constexpr int64_t kSmallPanelBytes = int64_t{20} << 10;
// Results beyond this are fetched before they are stored: at small k that gains 10 %. Those of
// 1.6 MB, in the second level and the third, lost 3 %.
constexpr int64_t kFarBytes = int64_t{2} << 20;
// A second thread costs a few microseconds to start and to wait for; below this it does not pay.
constexpr double kMinCyclesPerThread = 15000;
// So many blocks per thread let one that was held up leave its share to the others.
constexpr int64_t kBlocksPerThread = 4;

constexpr int64_t kMaxRows = 16, kMaxStep = 4;  // Of the integer variants.

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
  for (int64_t tap = 0; tap < problem.taps; ++tap) {
    product.panel_offsets_.push_back(tap * product.rhs_.tap_bytes());
  }
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
  auto* bytes = static_cast<uint8_t*>(workspace);
  Split(m, pool, [&](const Block& block, const Tiling& tiling, int worker) {
    RunBlock(block, tiling, source, output, bytes + worker * worker_bytes());
  });
}

void Product::Run(int64_t m, const DenseRows& rows, const Output& output, ThreadPool& pool) const {
  ASSAY_CHECK(problem_.taps == 1);
  Split(m, pool, [&](const Block& block, const Tiling& tiling, int) {
    RunBlock(block, tiling, rows, output);
  });
}

void Product::Split(
    int64_t m, ThreadPool& pool,
    FunctionRef<void(const Block& block, const Tiling& tiling, int worker)> body) const {
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
  const int threads = ThreadsThatPay(cycles, pool.threads());
  if (threads == 1) {
    for (int64_t group = 0; group < groups; ++group) body({group, 0, tiles, 0, panels}, tiling, 0);
    return;
  }
  const int64_t blocks = threads * kBlocksPerThread;
  const int64_t row_blocks = std::clamp<int64_t>(blocks / groups, 1, tiles);
  const int64_t column_blocks = std::clamp<int64_t>(blocks / (groups * row_blocks), 1, panels);
  pool.Run(groups * row_blocks * column_blocks, [&](int64_t task, int worker) {
    const int64_t group = task / (row_blocks * column_blocks);
    const int64_t row = task / column_blocks % row_blocks, column = task % column_blocks;
    body({group, row * tiles / row_blocks, (row + 1) * tiles / row_blocks,
          column * panels / column_blocks, (column + 1) * panels / column_blocks},
         tiling, worker);
  });
}

Tile Product::StartTile(int64_t m, const Output& output) const {
  Tile tile{};
  tile.dst_is_far = m * output.dst_stride * DstBytes(problem_.type) > kFarBytes;
  tile.k = problem_.k;
  tile.dst_stride = output.dst_stride;
  tile.residual_stride = output.residual_stride;
  tile.stage = &stage_;
  return tile;
}

void Product::EnterPanel(int64_t group, int64_t panel, const Output& output, Tile& tile) const {
  const int64_t nr = variant_->nr, element = DstBytes(problem_.type);
  const int64_t group_stride = output.group_stride != 0 ? output.group_stride : problem_.n;
  const int64_t column = group * group_stride + panel * nr;
  const int64_t packed = (group * rhs_.panels() + panel) * nr;
  tile.rhs = rhs_.panel(group, panel);
  tile.bias = bias_.data() + packed * 4;
  tile.scale = scale_.size() > 0 ? scale_.as<float>() + packed : nullptr;
  tile.n = std::min(nr, problem_.n - panel * nr);
  tile.dst = Advance(output.dst, column * element);
  if (output.residual != nullptr) tile.residual = Advance(output.residual, column * element);
}

void Product::NextPanel(int64_t panel, Tile& tile) const {
  const int64_t nr = variant_->nr;
  tile.rhs = Advance(tile.rhs, rhs_.panel_bytes());
  tile.bias = Advance(tile.bias, nr * 4);
  if (tile.scale != nullptr) tile.scale += nr;
  tile.n = std::min(nr, problem_.n - panel * nr);
}

void Product::RunBlock(const Block& block, const Tiling& tiling, RowSource source,
                       const Output& output, uint8_t* workspace) const {
  const int64_t mr = variant_->mr, taps = problem_.taps, element = DstBytes(problem_.type);
  const int64_t panels_at_once =
      std::max<int64_t>(1, kPanelCacheBytes / std::max<int64_t>(1, rhs_.panel_bytes()));
  TileRows rows{};
  rows.group = block.group;
  rows.mr = mr;
  // Floats may not be read on: an infinity times a packed zero is not zero.
  rows.packed_k = problem_.type == ComputeType::kF32 ? problem_.k : PackedK(*variant_, problem_.k);
  rows.panel_offsets = panel_offsets_.data();
  rows.rows = reinterpret_cast<const void**>(workspace);
  rows.rhs_offsets = reinterpret_cast<int64_t*>(workspace) + taps * mr;
  rows.scratch = workspace + RoundUp(taps * (mr + 1) * 8, kAlignment);
  Tile tile = StartTile(tiling.lines * tiling.line, output);

  for (int64_t panel_begin = block.first_panel; panel_begin < block.last_panel;
       panel_begin += panels_at_once) {
    const int64_t panel_end = std::min(panel_begin + panels_at_once, block.last_panel);
    TileCursor cursor(tiling, block.first_tile);
    for (int64_t t = block.first_tile; t < block.last_tile; ++t) {
      rows.first = cursor.first();
      rows.m = cursor.Next();
      tile.m = rows.m;
      tile.taps = taps;
      tile.k = problem_.k;
      source(rows, tile);
      for (int64_t panel = panel_begin; panel < panel_end; ++panel) {
        EnterPanel(block.group, panel, output, tile);
        tile.dst = Advance(tile.dst, rows.first * output.dst_stride * element);
        if (tile.residual != nullptr) {
          tile.residual = Advance(tile.residual, rows.first * output.residual_stride * element);
        }
        kernel_(tile);
      }
    }
  }
}

namespace {

// The tiles of one panel from `cursor` on, which moves. As few stores as can be between one call of
// the kernel and the next: see Tile.
struct DenseRun {
  Kernel kernel;
  const uint8_t* data;  // Row 0.
  const uint8_t* end;   // Where reading must stop.
  int64_t k, packed_k;
  int64_t row_bytes, dst_bytes, residual_bytes;
  int64_t step;    // The least k of the kernel.
  uint8_t* copy;   // step bytes for each of the variant's rows.

  // Rows shorter than a step, which may not be read on, to where they may.
  void CopyToStep(const uint8_t* row, Tile& tile) const {
    std::memset(copy, 0, static_cast<size_t>(tile.m * step));
    for (int64_t i = 0; i < tile.m; ++i) {
      std::memcpy(copy + i * step, row + i * row_bytes, static_cast<size_t>(k));
    }
    tile.first_row = copy;
    tile.k = step;
  }

  // dst and residual: of row 0.
  void operator()(Tile& tile, TileCursor& cursor, int64_t tiles, uint8_t* dst,
                  const uint8_t* residual) const {
    for (; tiles > 0; --tiles) {
      const int64_t first = cursor.first(), m = cursor.Next();
      const uint8_t* row = data + first * row_bytes;
      tile.m = m;
      tile.first_row = row;
      tile.k = end - row - (m - 1) * row_bytes >= packed_k ? packed_k : k;
      if (k < step) CopyToStep(row, tile);
      tile.dst = dst + first * dst_bytes;
      if (residual != nullptr) tile.residual = residual + first * residual_bytes;
      kernel(tile);
    }
  }
};

}  // namespace

void Product::RunBlock(const Block& block, const Tiling& tiling, const DenseRows& rows,
                       const Output& output) const {
  const int64_t element = DstBytes(problem_.type);
  const int64_t panel_bytes = std::max<int64_t>(1, rhs_.panel_bytes());
  const uint8_t* data = rows.data + block.group * rows.group_bytes;
  const bool may_read_on = problem_.type != ComputeType::kF32 && rows.end != nullptr;
  // The float kernels take any k.
  const int64_t step = problem_.type == ComputeType::kF32 ? 1 : StepOfK(variant_->rhs);
  ASSAY_CHECK(step == 1 || (variant_->mr <= kMaxRows && step <= kMaxStep));
  alignas(kAlignment) uint8_t copy[kMaxRows * kMaxStep];
  const DenseRun run = {
      .kernel = kernel_,
      .data = data,
      .end = may_read_on ? rows.end : data,
      .k = problem_.k,
      .packed_k = may_read_on ? PackedK(*variant_, problem_.k) : problem_.k,
      .row_bytes = rows.row_bytes,
      .dst_bytes = output.dst_stride * element,
      .residual_bytes = output.residual_stride * element,
      .step = step,
      .copy = copy,
  };
  Tile tile = StartTile(tiling.lines * tiling.line, output);
  tile.row_bytes = problem_.k < step ? step : rows.row_bytes;
  tile.row_offsets = tile.rhs_offsets = panel_offsets_.data();  // Of the one tap: 0.
  tile.taps = 1;
  // A small panel stays in L1 while all rows pass by; of large ones, as many as stay in L2 pass by
  // while a tile's rows stay in L1.
  const bool small = panel_bytes <= kSmallPanelBytes;
  const int64_t panels_at_once = small ? block.last_panel - block.first_panel
                                       : std::max<int64_t>(1, kPanelCacheBytes / panel_bytes);
  const int64_t tiles_at_once = small ? block.last_tile - block.first_tile : 1;
  for (int64_t panel_begin = block.first_panel; panel_begin < block.last_panel;
       panel_begin += panels_at_once) {
    const int64_t panel_end = std::min(panel_begin + panels_at_once, block.last_panel);
    TileCursor cursor(tiling, block.first_tile);
    for (int64_t t = block.first_tile; t < block.last_tile; t += tiles_at_once) {
      const TileCursor start = cursor;
      EnterPanel(block.group, panel_begin, output, tile);
      auto* dst = static_cast<uint8_t*>(tile.dst);
      const auto* residual = static_cast<const uint8_t*>(tile.residual);
      for (int64_t panel = panel_begin;;) {
        cursor = start;
        run(tile, cursor, tiles_at_once, dst, residual);
        if (++panel == panel_end) break;
        NextPanel(panel, tile);
        dst += variant_->nr * element;
        if (residual != nullptr) residual += variant_->nr * element;
      }
    }
  }
}

}  // namespace assay::gemm
