#include "kernels/gemm/code_product.h"

#include <emmintrin.h>

#include <algorithm>

#include "kernels/base/check.h"
#include "kernels/cpu/split.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/gemm/dense_rows.h"
#include "kernels/gemm/packing.h"

namespace assay::gemm {
namespace {

constexpr int64_t kStep = 4;          // Of k, for all integer formats.
constexpr int64_t kMostColumns = 64;  // Of a panel.
constexpr int64_t kAlignment = 64;
// As in product.cc.
constexpr int64_t kFarBytes = int64_t{2} << 20;

constexpr int64_t kNoOffset = 0;
alignas(64) constexpr int32_t kNoBias[kMostColumns] = {};
constexpr uint8_t kNoCodes[kStep] = {};  // The rows of a product without k.
constexpr Stage kNoStage = {};

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t Aligned(int64_t bytes) { return CeilDiv(bytes, kAlignment) * kAlignment; }

Problem ToProblem(const CodeSpec& spec) {
  return {.type = ComputeType::kU8S8S32,
          .m = std::max<int64_t>(spec.m, 1),
          .n = std::max<int64_t>(spec.n, 1),
          .k = std::max<int64_t>(spec.k, 1),
          .row_bytes = spec.k,
          .read_again = true};
}

// Around a panel: the call that packs it, its bias, the call that finishes its results.
constexpr double kPanelCycles = 200;

// Bytes of codes that are packed per cycle.
double PackedPerCycle(RhsFormat format) {
  return format == RhsFormat::kS8x4 ? 5 : format == RhsFormat::kS16x4 ? 3 : 1.5;
}

// An element of the batch, packing included.
double Cycles(const CodeSpec& spec, const Variant& variant) {
  const int64_t panels = CeilDiv(spec.n, variant.nr), bytes = PackedK(variant, spec.k) * variant.nr;
  const double packing = static_cast<double>(bytes) / PackedPerCycle(variant.rhs) + kPanelCycles;
  return EstimateCycles(variant, ToProblem(spec)) + static_cast<double>(panels) * packing;
}

Result<const Variant*> ChooseFor(const CodeSpec& spec, const KernelOptions& options) {
  if (!options.variant.empty()) return Choose(ToProblem(spec), options);
  const Variant* best = nullptr;
  for (const Variant* variant : AllVariants()) {
    if (!options.usable.has(variant->isa) || variant->u8s8s32 == nullptr) continue;
    if (best == nullptr || Cycles(spec, *variant) < Cycles(spec, *best)) best = variant;
  }
  if (best != nullptr) return best;
  return Error("no kernel variant for u8s8s32 within " + options.usable.ToString());
}

template <typename T>
std::vector<T> PerColumn(std::vector<T> values, int64_t n) {
  ASSAY_CHECK(values.size() == 1 || static_cast<int64_t>(values.size()) == n);
  if (values.size() == 1) values.resize(static_cast<size_t>(n), values[0]);
  return values;
}

// What is taken off the columns' codes as s8, negative; none where that is nothing.
std::vector<int32_t> Offsets(const CodeSpec& spec) {
  std::vector<int32_t> offsets = PerColumn(spec.rhs_zero_points, spec.n);
  for (int32_t& zero : offsets) zero = (spec.rhs_is_signed ? 0 : 128) - zero;
  if (std::ranges::all_of(offsets, [](int32_t offset) { return offset == 0; })) offsets.clear();
  return offsets;
}

// Wraps like int32.
int32_t RowSum(const uint8_t* row, int64_t k) {
  __m128i sums = _mm_setzero_si128();
  int64_t p = 0;
  for (; p + 16 <= k; p += 16) {
    const __m128i codes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + p));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(codes, _mm_setzero_si128()));
  }
  sums = _mm_add_epi64(sums, _mm_unpackhi_epi64(sums, sums));
  auto sum = static_cast<uint32_t>(_mm_cvtsi128_si32(sums));
  for (; p < k; ++p) sum += row[p];
  return static_cast<int32_t>(sum);
}

}  // namespace

struct CodeProduct::Scratch {
  uint8_t* panels;      // [at once] panel_bytes_
  int32_t* bias;        // [at once][kMostColumns]
  int32_t* sums;        // [mr][nr]
  uint8_t* short_rows;  // [mr][kStep]

  static int64_t Bytes(const Variant& variant, int64_t at_once, int64_t panel_bytes) {
    return at_once * (panel_bytes + 4 * kMostColumns) + Aligned(4 * variant.mr * variant.nr) +
           Aligned(variant.mr * kStep);
  }
  Scratch(const Variant& variant, int64_t at_once, int64_t panel_bytes, uint8_t* at)
      : panels(at),
        bias(reinterpret_cast<int32_t*>(at + at_once * panel_bytes)),
        sums(bias + at_once * kMostColumns),
        short_rows(reinterpret_cast<uint8_t*>(sums) + Aligned(4 * variant.mr * variant.nr)) {}
};

Result<CodeProduct> CodeProduct::Make(const CodeSpec& spec, const KernelOptions& options) {
  ASSAY_CHECK(spec.batch >= 0 && spec.m >= 0 && spec.n >= 0 && spec.k >= 0);
  ASSAY_CHECK(spec.lhs_zero_point >= 0 && spec.lhs_zero_point <= 255);
  ASSAY_ASSIGN_OR_RETURN(const Variant* variant, ChooseFor(spec, options));
  return CodeProduct(spec, *variant, options);
}

CodeProduct::CodeProduct(const CodeSpec& spec, const Variant& variant, const KernelOptions& options)
    : spec_(spec),
      variant_(&variant),
      elementwise_(&elementwise::Pick(options.usable)),
      grid_({.batch = spec.batch,
             .panels = std::max<int64_t>(CeilDiv(spec.n, variant.nr), 1),
             .panel_bytes = Aligned(TapBytes(variant, std::max<int64_t>(spec.k, 1))),
             .lhs_bytes = spec.m * spec.k,
             .cycles = Cycles(spec, variant)},
            TilingOf(variant, ToProblem(spec)), options.threads),
      panel_bytes_(Aligned(TapBytes(variant, std::max<int64_t>(spec.k, 1)))),
      offsets_(Offsets(spec)) {
  ASSAY_CHECK(variant.nr <= kMostColumns);
  if (!spec.scale.empty()) scale_ = PerColumn(spec.scale, spec.n);
  if (spec.lhs_zero_point != 0 && spec.k > 0) {
    zero_row_.resize(static_cast<size_t>(PackedK(variant, spec.k)),
                     static_cast<uint8_t>(spec.lhs_zero_point));
  }
}

size_t CodeProduct::packed_bytes() const {
  return zero_row_.size() + 4 * (scale_.size() + offsets_.size());
}

int64_t CodeProduct::row_sum_bytes() const {
  return offsets_.empty() ? 0 : Aligned(4 * spec_.batch * spec_.m);
}

int64_t CodeProduct::worker_bytes() const {
  return Scratch::Bytes(*variant_, grid_.at_once(), panel_bytes_);
}

size_t CodeProduct::workspace_bytes(int threads) const {
  return static_cast<size_t>(row_sum_bytes() + threads * worker_bytes());
}

void CodeProduct::AddUpRows(Place place, int32_t* sums, ThreadPool& pool) const {
  const double cycles = CyclesOfBytes(static_cast<double>(spec_.k)) + 4;
  Split(spec_.batch * spec_.m, cycles, pool, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      sums[row] = RowSum(place(row / spec_.m).lhs + row % spec_.m * spec_.k, spec_.k);
    }
  });
}

Tile CodeProduct::StartTile() const {
  Tile tile{};
  tile.row_offsets = tile.rhs_offsets = &kNoOffset;
  tile.taps = 1;
  tile.k = kStep;
  tile.stage = &kNoStage;
  tile.dst_is_far = !requantizes() && spec_.batch * spec_.m * spec_.n * 4 > kFarBytes;
  return tile;
}

// The bias of a column, k za zb - za sum b, by the kernel too: of one row of za.
void CodeProduct::PackPanels(const PanelGrid::Unit& unit, const Element& element, Tile& tile,
                             const Scratch& scratch) const {
  const int64_t nr = variant_->nr;
  const CodeMatrix matrix{element.rhs, spec_.n, spec_.k, spec_.n,
                          static_cast<uint8_t>(spec_.rhs_is_signed ? 0 : 0x80)};
  for (int64_t i = 0; i < unit.panels; ++i) {
    const int64_t first = (unit.first_panel + i) * nr;
    uint8_t* panel = scratch.panels + i * panel_bytes_;
    int32_t* bias = scratch.bias + i * kMostColumns;
    PackCodePanel(matrix, *variant_, first, panel);
    if (zero_row_.empty()) {
      std::fill_n(bias, nr, 0);
      continue;
    }
    tile.first_row = zero_row_.data();
    tile.k = static_cast<int64_t>(zero_row_.size());
    tile.m = 1;
    tile.n = tile.dst_stride = nr;
    tile.rhs = panel;
    tile.bias = kNoBias;
    tile.dst = bias;
    variant_->u8s8s32(tile);
    const uint32_t all =
        static_cast<uint32_t>(spec_.k) * static_cast<uint32_t>(spec_.lhs_zero_point);
    for (int64_t j = 0; j < nr; ++j) {
      const bool shifted = !offsets_.empty() && first + j < spec_.n;
      const int32_t offset = shifted ? offsets_[static_cast<size_t>(first + j)] : 0;
      bias[j] = static_cast<int32_t>(
          -(static_cast<uint32_t>(bias[j]) + all * static_cast<uint32_t>(offset)));
    }
  }
}

void CodeProduct::Finish(const Tile& tile, int64_t row, int64_t column, const int32_t* row_sums,
                         void* dst) const {
  const int32_t* offset = row_sums != nullptr ? offsets_.data() + column : nullptr;
  const int32_t* factors = row_sums != nullptr ? row_sums + row : nullptr;
  auto* sums = static_cast<int32_t*>(tile.dst);
  if (requantizes()) {
    elementwise_->requantize_s32(
        {.rows = tile.m, .count = tile.n, .src_stride = tile.dst_stride, .dst_stride = spec_.n},
        {scale_.data() + column, offset, factors, spec_.zero_point}, sums,
        static_cast<uint8_t*>(dst) + row * spec_.n + column);
    return;
  }
  if (offset == nullptr) return;
  for (int64_t i = 0; i < tile.m; ++i, sums += tile.dst_stride) {
    for (int64_t j = 0; j < tile.n; ++j) {
      const uint32_t added = static_cast<uint32_t>(factors[i]) * static_cast<uint32_t>(offset[j]);
      sums[j] = static_cast<int32_t>(static_cast<uint32_t>(sums[j]) + added);
    }
  }
}

void CodeProduct::RunUnit(const PanelGrid::Unit& unit, const Element& element,
                          const int32_t* row_sums, Tile& tile, const Scratch& scratch) const {
  const int64_t nr = variant_->nr;
  const DenseRows rows{element.lhs, spec_.k, 0, element.lhs + spec_.m * spec_.k};
  TileRows request{};
  request.mr = variant_->mr;
  request.k = spec_.k;
  request.step = kStep;
  request.packed_k = PackedK(*variant_, spec_.k);
  request.panel_offsets = &kNoOffset;
  request.short_rows = scratch.short_rows;
  TileCursor cursor(grid_.tiling(), unit.first_tile);
  for (int64_t t = unit.first_tile; t < unit.last_tile; ++t) {
    request.first = cursor.first();
    tile.m = request.m = cursor.Next();
    if (spec_.k > 0) {
      rows(request, tile);
    } else {
      tile.first_row = kNoCodes;
      tile.row_bytes = 0;
    }
    for (int64_t i = 0; i < unit.panels; ++i) {
      const int64_t column = (unit.first_panel + i) * nr;
      tile.rhs = scratch.panels + i * panel_bytes_;
      tile.bias = scratch.bias + i * kMostColumns;
      tile.n = std::min(nr, spec_.n - column);
      tile.dst_stride = requantizes() ? nr : spec_.n;
      tile.dst = requantizes()
                     ? scratch.sums
                     : static_cast<int32_t*>(element.dst) + request.first * spec_.n + column;
      variant_->u8s8s32(tile);
      Finish(tile, request.first, column, row_sums, element.dst);
    }
  }
}

void CodeProduct::Run(Place place, void* workspace, ThreadPool& pool) const {
  if (empty()) return;
  auto* bytes = static_cast<uint8_t*>(workspace);
  int32_t* row_sums = offsets_.empty() ? nullptr : reinterpret_cast<int32_t*>(bytes);
  if (row_sums != nullptr) AddUpRows(place, row_sums, pool);
  bytes += row_sum_bytes();
  Split(grid_.units(), grid_.unit_cycles(), pool, [&](int64_t begin, int64_t end, int worker) {
    const Scratch scratch(*variant_, grid_.at_once(), panel_bytes_,
                          bytes + worker * worker_bytes());
    Tile tile = StartTile();
    for (int64_t index = begin; index < end; ++index) {
      const PanelGrid::Unit unit = grid_[index];
      const Element element = place(unit.batch);
      if (index == begin || unit.new_panels) PackPanels(unit, element, tile, scratch);
      const int32_t* sums = row_sums == nullptr ? nullptr : row_sums + unit.batch * spec_.m;
      RunUnit(unit, element, sums, tile, scratch);
    }
  });
}

}  // namespace assay::gemm
