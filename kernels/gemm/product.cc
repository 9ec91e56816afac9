#include "kernels/gemm/product.h"

#include <algorithm>

#include "kernels/base/check.h"
#include "kernels/cpu/split.h"
#include "kernels/gemm/cost.h"
#include "kernels/gemm/stage.h"

namespace assay::gemm {
namespace {

// Results beyond this are fetched before they are stored: at small k that gains 10 %. Those of
// 1.6 MB, in the second level and the third, lost 3 %.
constexpr int64_t kFarBytes = int64_t{2} << 20;

constexpr int64_t kMaxRows = 24, kMaxStep = 4;  // Of the integer variants.

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

Result<Product> Product::Make(const Problem& problem, const RhsView& rhs, const void* bias,
                              const OutputStage& stage, const KernelOptions& options,
                              int64_t scratch_bytes) {
  ASSAY_CHECK(problem.type != ComputeType::kS16S16S32 || problem.k % 2 == 0);
  ASSAY_RETURN_IF_ERROR(CheckStage(stage, problem.type, problem.groups * problem.n));
  Product product;
  ASSAY_ASSIGN_OR_RETURN(product.variant_, Choose(problem, options));
  product.problem_ = problem;
  product.tiling_ = TilingOf(*product.variant_, problem);
  product.cycles_ = EstimateCycles(*product.variant_, problem);
  product.threads_ = ThreadsThatPay(product.cycles_, options.threads);
  product.kernel_ = KernelFor(*product.variant_, problem.type);
  product.rhs_ = PackedRhs(rhs, *product.variant_, problem.type);
  for (int64_t tap = 0; tap < problem.taps; ++tap) {
    product.panel_offsets_.push_back(tap * product.rhs_.tap_bytes());
  }
  product.stage_ = ToStage(stage);
  product.scratch_bytes_ = scratch_bytes;
  product.grid_ = product.GridOf(product.tiling_, product.cycles_, true, product.threads_);
  product.bias_ = PackBias(rhs, bias, stage, problem.type, *product.variant_);
  product.scale_ = PackScale(rhs, stage, problem.type, *product.variant_);
  return product;
}

Grid Product::GridOf(const Tiling& tiling, double cycles, bool side_by_side, int threads) const {
  return BestGrid({.groups = problem_.groups,
                   .tiles = tiling.tiles(),
                   .panels = rhs_.panels(),
                   .mr = variant_->mr,
                   .cycles = cycles,
                   .side_by_side = side_by_side},
                  threads);
}

int64_t Product::worker_bytes() const {
  const int64_t pointers = problem_.taps * (variant_->mr + 1) * 8;
  return RoundUp(pointers, kAlignment) + RoundUp(scratch_bytes_ * variant_->mr, kAlignment);
}

int64_t Product::dst_bytes() const { return DstBytes(problem_.type); }

size_t Product::workspace_bytes(int threads) const {
  return static_cast<size_t>(worker_bytes() * threads);
}

void Product::Run(Rows rows, RowSource source, const Output& output, void* workspace,
                  ThreadPool& pool) const {
  if (rows.m <= 0) return;
  Tiling tiling = tiling_;
  double cycles = cycles_;
  if (rows.m != problem_.m || rows.line > 0) {
    Problem problem = problem_;
    problem.m = rows.m;
    tiling =
        rows.line > 0 ? LineTiling(*variant_, rows.m, rows.line) : TilingOf(*variant_, problem);
    cycles = EstimateCycles(*variant_, problem, tiling);
  }
  const int64_t groups = problem_.groups, panels = rhs_.panels(), tiles = tiling.tiles();
  auto* bytes = static_cast<uint8_t*>(workspace);
  const int threads = ThreadsThatPay(cycles, pool.threads());
  if (threads == 1) {
    for (int64_t group = 0; group < groups; ++group) {
      RunBlock({group, 0, tiles, 0, panels}, tiling, source, output, bytes);
    }
    return;
  }
  const bool side_by_side = output.group_stride == 0;
  const bool planned = tiles == tiling_.tiles() && threads == threads_ && side_by_side;
  const Grid grid = planned ? grid_ : GridOf(tiling, cycles, side_by_side, threads);
  const int64_t stride = bytes != nullptr ? worker_bytes() : 0;
  pool.Run(grid.tasks(), [&](int64_t task, int worker) {
    const auto [group, row, column] = grid.BlockOf(task);
    RunBlock({group, row * tiles / grid.rows, (row + 1) * tiles / grid.rows,
              column * panels / grid.columns, (column + 1) * panels / grid.columns},
             tiling, source, output, bytes + worker * stride);
  });
}

TileRows Product::StartRows(int64_t group, uint8_t* workspace) const {
  const bool real = problem_.type == ComputeType::kF32;
  const int64_t mr = variant_->mr, taps = problem_.taps;
  TileRows rows{};
  rows.group = group;
  rows.mr = mr;
  rows.k = problem_.k;
  // The kernels of floats take any k, and those may not be read on: an infinity times a packed zero
  // is not zero.
  rows.step = real ? 1 : StepOfK(variant_->rhs);
  rows.packed_k = real ? problem_.k : PackedK(*variant_, problem_.k);
  rows.panel_offsets = panel_offsets_.data();
  if (workspace != nullptr) {
    rows.rows = reinterpret_cast<const void**>(workspace);
    rows.rhs_offsets = reinterpret_cast<int64_t*>(workspace) + taps * mr;
    rows.scratch = workspace + RoundUp(taps * (mr + 1) * 8, kAlignment);
  }
  return rows;
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
  const int64_t left = problem_.n - panel * nr;
  if (left < nr) tile.n = left;
}

// Tiles of rows at even distances.
struct Product::Span {
  Kernel kernel;
  const uint8_t* row;  // Of the first tile.
  int64_t row_bytes, dst_bytes, residual_bytes;
  int64_t end;   // Rows.
  uint8_t* dst;  // Of row 0 in the panel at hand; so is residual, which may be nullptr.
  const uint8_t* residual;

  // Goes on to the tile of the cursor, whose rows are counted from `begin` on.
  void Enter(Tile& tile, TileCursor& cursor, int64_t begin) const {
    const int64_t first = cursor.first();
    tile.m = cursor.Next();
    tile.first_row = row + (first - begin) * row_bytes;
    tile.dst = dst + first * dst_bytes;
    if (residual != nullptr) tile.residual = residual + first * residual_bytes;
  }

  bool Ends(const TileCursor& cursor) const { return cursor.first() + cursor.rows() > end; }
};

// At most `tiles` tiles of a span from the cursor on, which moves; returns how many. All panels
// pass by one tile of rows after another. To fetch the beginnings of the next tile's rows meanwhile
// gained nothing on a quiet machine (u8 2048^3: 37.55 and 37.56 ms, medians of 4 processes each).
int64_t Product::RunTiles(const Span& span, Tile& tile, TileCursor& cursor, int64_t tiles,
                          int64_t panel_begin, int64_t panel_end) const {
  const int64_t begin = cursor.first(), dst_step = variant_->nr * DstBytes(problem_.type);
  const Tile start = tile;
  for (int64_t done = 0;;) {
    span.Enter(tile, cursor, begin);
    for (int64_t panel = panel_begin;;) {
      span.kernel(tile);
      if (++panel == panel_end) break;
      NextPanel(panel, tile);
      tile.dst = Advance(tile.dst, dst_step);
      if (span.residual != nullptr) tile.residual = Advance(tile.residual, dst_step);
    }
    if (++done == tiles || span.Ends(cursor)) return done;
    tile.rhs = start.rhs;
    tile.bias = start.bias;
    tile.scale = start.scale;
    tile.n = start.n;
  }
}

// The same, but all tiles pass by one panel after another: as few stores as can be between one call
// of the kernel and the next, see Tile.
int64_t Product::RunPanels(Span span, Tile& tile, TileCursor& cursor, int64_t tiles,
                           int64_t panel_begin, int64_t panel_end) const {
  const int64_t dst_step = variant_->nr * DstBytes(problem_.type);
  const TileCursor start = cursor;
  for (int64_t panel = panel_begin;;) {
    cursor = start;
    int64_t done = 0;
    do {
      span.Enter(tile, cursor, start.first());
      span.kernel(tile);
    } while (++done < tiles && !span.Ends(cursor));
    if (++panel == panel_end) return done;
    NextPanel(panel, tile);
    span.dst += dst_step;
    if (span.residual != nullptr) span.residual += dst_step;
  }
}

void Product::RunBlock(const Block& block, const Tiling& tiling, RowSource source,
                       const Output& output, uint8_t* workspace) const {
  const int64_t element = DstBytes(problem_.type), panel_bytes = rhs_.panel_bytes();
  alignas(kAlignment) uint8_t short_rows[kMaxRows * kMaxStep];
  TileRows request = StartRows(block.group, workspace);
  request.short_rows = short_rows;
  ASSAY_CHECK(request.step == 1 || (request.mr <= kMaxRows && request.step <= kMaxStep));
  Tile tile = StartTile(tiling.lines * tiling.line, output);
  const int64_t panels = block.last_panel - block.first_panel;
  const PanelOrder order = OrderOf(*variant_, problem_.type, panel_bytes, panels);
  for (int64_t panel_begin = block.first_panel; panel_begin < block.last_panel;
       panel_begin += order.at_once) {
    const int64_t panel_end = std::min(panel_begin + order.at_once, block.last_panel);
    TileCursor cursor(tiling, block.first_tile);
    for (int64_t t = block.first_tile; t < block.last_tile;) {
      request.first = cursor.first();
      request.m = cursor.rows();
      const RowSpan rows = source(request, tile);
      EnterPanel(block.group, panel_begin, output, tile);
      Span span = {.kernel = kernel_,
                   .row = static_cast<const uint8_t*>(tile.first_row),
                   .row_bytes = tile.row_bytes,
                   .dst_bytes = output.dst_stride * element,
                   .residual_bytes = output.residual_stride * element,
                   .end = rows.end,
                   .dst = static_cast<uint8_t*>(tile.dst),
                   .residual = static_cast<const uint8_t*>(tile.residual)};
      const int64_t shift = rows.dst_row - request.first, left = block.last_tile - t;
      span.dst += shift * span.dst_bytes;
      if (span.residual != nullptr) span.residual += shift * span.residual_bytes;
      t += order.stays ? RunPanels(span, tile, cursor, left, panel_begin, panel_end)
                       : RunTiles(span, tile, cursor, left, panel_begin, panel_end);
    }
  }
}

}  // namespace assay::gemm
