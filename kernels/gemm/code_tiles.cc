#include "kernels/gemm/code_tiles.h"

#include "kernels/base/check.h"
#include "kernels/gemm/packing.h"

namespace assay::gemm {
namespace {

constexpr int64_t kAlignment = 64;

constexpr int64_t kNoOffset = 0;
alignas(64) constexpr int32_t kNoBias[CodeTiles::kMostColumns] = {};
constexpr uint8_t kNoCodes[CodeTiles::kStep] = {};  // The rows of a product without k.
constexpr Stage kNoStage = {};

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t Aligned(int64_t bytes) { return CeilDiv(bytes, kAlignment) * kAlignment; }

Problem ToProblem(const CodeTiles::Extents& extents) {
  return {.type = ComputeType::kU8S8S32,
          .m = std::max<int64_t>(extents.m, 1),
          .n = std::max<int64_t>(extents.n, 1),
          .k = std::max<int64_t>(extents.k, 1),
          .row_bytes = extents.k,
          .read_again = true};
}

// Around a panel: the call that packs it, its bias, the call that finishes its results.
constexpr double kPanelCycles = 200;

// Bytes of codes that are packed per cycle.
double PackedPerCycle(RhsFormat format) {
  return format == RhsFormat::kS8x4 ? 5 : format == RhsFormat::kS16x4 ? 3 : 1.5;
}

// An element of the batch, packing included.
double Cycles(const CodeTiles::Extents& extents, const Variant& variant) {
  const int64_t panels = CeilDiv(extents.n, variant.nr);
  const int64_t bytes = PackedK(variant, extents.k) * variant.nr;
  const double packing = static_cast<double>(bytes) / PackedPerCycle(variant.rhs) + kPanelCycles;
  return EstimateCycles(variant, ToProblem(extents)) + static_cast<double>(panels) * packing;
}

Result<const Variant*> ChooseFor(const CodeTiles::Extents& extents, const KernelOptions& options) {
  if (!options.variant.empty()) return Choose(ToProblem(extents), options);
  const Variant* best = nullptr;
  for (const Variant* variant : AllVariants()) {
    if (!options.usable.has(variant->isa) || variant->u8s8s32 == nullptr) continue;
    if (best == nullptr || Cycles(extents, *variant) < Cycles(extents, *best)) best = variant;
  }
  if (best != nullptr) return best;
  return Error("no kernel variant for u8s8s32 within " + options.usable.ToString());
}

int64_t PanelBytes(const CodeTiles::Extents& extents, const Variant& variant) {
  return Aligned(TapBytes(variant, std::max<int64_t>(extents.k, 1)));
}

}  // namespace

CodeTiles::Scratch::Scratch(const CodeTiles& tiles, uint8_t* at)
    : panels(at), panel_bytes(tiles.panel_bytes_) {
  const Variant& variant = *tiles.variant_;
  const int64_t at_once = tiles.grid_.at_once();
  columns = reinterpret_cast<int32_t*>(at + at_once * panel_bytes);
  sums = columns + at_once * kMostColumns;
  short_rows = reinterpret_cast<uint8_t*>(sums) + Aligned(4 * variant.mr * variant.nr);
  room = short_rows + Aligned(variant.mr * kStep);
}

int64_t CodeTiles::worker_bytes() const {
  return grid_.at_once() * (panel_bytes_ + 4 * kMostColumns) +
         Aligned(4 * variant_->mr * variant_->nr) + Aligned(variant_->mr * kStep) +
         Aligned(room_bytes_);
}

Result<CodeTiles> CodeTiles::Make(const Extents& extents, const KernelOptions& options,
                                  int64_t room_bytes) {
  ASSAY_CHECK(extents.batch >= 0 && extents.m >= 0 && extents.n >= 0 && extents.k >= 0);
  ASSAY_ASSIGN_OR_RETURN(const Variant* variant, ChooseFor(extents, options));
  return CodeTiles(extents, *variant, options.threads, room_bytes);
}

CodeTiles::CodeTiles(const Extents& extents, const Variant& variant, int threads,
                     int64_t room_bytes)
    : extents_(extents),
      variant_(&variant),
      grid_({.batch = extents.batch,
             .panels = std::max<int64_t>(CeilDiv(extents.n, variant.nr), 1),
             .panel_bytes = PanelBytes(extents, variant),
             .lhs_bytes = extents.m * extents.k,
             .cycles = Cycles(extents, variant)},
            TilingOf(variant, ToProblem(extents)), threads),
      panel_bytes_(PanelBytes(extents, variant)),
      packed_k_(PackedK(variant, extents.k)),
      room_bytes_(room_bytes) {
  ASSAY_CHECK(variant.nr <= kMostColumns);
}

Tile CodeTiles::StartTile() const {
  Tile tile{};
  tile.first_row = kNoCodes;
  tile.row_offsets = tile.rhs_offsets = &kNoOffset;
  tile.taps = 1;
  tile.k = kStep;
  tile.bias = kNoBias;
  tile.stage = &kNoStage;
  return tile;
}

void CodeTiles::SumColumns(const uint8_t* row, const void* panel, int32_t* sums) const {
  Tile tile = StartTile();
  tile.first_row = row;
  tile.k = packed_k_;
  tile.m = 1;
  tile.n = tile.dst_stride = variant_->nr;
  tile.rhs = panel;
  tile.dst = sums;
  variant_->u8s8s32(tile);
}

}  // namespace assay::gemm
