#include "kernels/gemm/panel_product.h"

#include <algorithm>
#include <cstring>

#include "kernels/base/buffer.h"
#include "kernels/base/check.h"
#include "kernels/cpu/split.h"
#include "kernels/gemm/packing.h"
#include "kernels/gemm/stage.h"
#include "kernels/layout/variant.h"

namespace assay::gemm {
namespace {

// As in product.cc.
constexpr int64_t kFarBytes = int64_t{2} << 20;
// Bytes that a panel takes per cycle when it is packed.
constexpr double kPackedPerCycle = 8;

constexpr int64_t kMaxColumns = 64;
alignas(4 * kMaxColumns) constexpr float kNoBias[kMaxColumns] = {};
constexpr int64_t kNoOffset = 0;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

Problem ToProblem(const PanelSpec& spec) {
  return {.m = spec.m,
          .n = spec.n,
          .k = spec.k,
          .row_bytes = (spec.lhs_stride != 0 ? spec.lhs_stride : spec.k) * 4,
          .read_again = true};
}

// An element of the batch, packing included.
double Cycles(const PanelSpec& spec, const Variant& variant) {
  const double computed = EstimateCycles(variant, ToProblem(spec));
  if (spec.dense_rhs && spec.n == variant.nr && variant.rhs == RhsFormat::kF32) return computed;
  const int64_t columns = CeilDiv(spec.n, variant.nr) * variant.nr;
  return computed + static_cast<double>(PackedK(variant, spec.k) * columns * 4) / kPackedPerCycle;
}

bool Takes(const Variant& variant, const PanelSpec& spec) {
  return variant.f32 != nullptr && (!spec.row_by_row || variant.rhs == RhsFormat::kF32);
}

Result<const Variant*> ChooseFor(const PanelSpec& spec, const KernelOptions& options) {
  if (!options.variant.empty()) {
    ASSAY_ASSIGN_OR_RETURN(const Variant* forced, Choose(ToProblem(spec), options));
    if (Takes(*forced, spec)) return forced;
    return Error("kernel variant '" + options.variant + "' cannot be used: it takes k in steps");
  }
  const Variant* best = nullptr;
  for (const Variant* variant : AllVariants()) {
    if (!options.usable.has(variant->isa) || !Takes(*variant, spec)) continue;
    if (best == nullptr || Cycles(spec, *variant) < Cycles(spec, *best)) best = variant;
  }
  if (best != nullptr) return best;
  return Error("no kernel variant for f32 within " + options.usable.ToString());
}

}  // namespace

Result<PanelProduct> PanelProduct::Make(const PanelSpec& spec, const OutputStage& stage,
                                        const KernelOptions& options) {
  ASSAY_CHECK(spec.batch > 0 && spec.m > 0 && spec.n > 0 && spec.k > 0);
  ASSAY_ASSIGN_OR_RETURN(const Variant* variant, ChooseFor(spec, options));
  return PanelProduct(spec, *variant, stage, options.threads);
}

PanelProduct::PanelProduct(const PanelSpec& spec, const Variant& variant, const OutputStage& stage,
                           int threads)
    : spec_(spec),
      variant_(&variant),
      stage_(ToStage(stage)),
      grid_({.batch = spec.batch,
             .panels = CeilDiv(spec.n, variant.nr),
             .panel_bytes = PackedK(variant, spec.k) * variant.nr * 4,
             .lhs_bytes = spec.m * spec.k * 4,
             .cycles = Cycles(spec, variant)},
            TilingOf(variant, ToProblem(spec)), threads) {
  ASSAY_CHECK(variant.nr <= kMaxColumns);
  if (spec_.lhs_stride == 0) spec_.lhs_stride = spec.k;
  if (spec_.dst_stride == 0) spec_.dst_stride = spec.n;
}

size_t PanelProduct::workspace_bytes(int threads) const {
  return static_cast<size_t>(threads * grid_.at_once() * panel_floats()) * sizeof(float);
}

Tile PanelProduct::StartTile() const {
  Tile tile{};
  tile.row_bytes = spec_.lhs_stride * 4;
  tile.row_offsets = tile.rhs_offsets = &kNoOffset;
  tile.taps = 1;
  tile.k = spec_.k;
  tile.bias = kNoBias;
  tile.dst_stride = spec_.dst_stride;
  tile.residual_stride = spec_.residual_stride;
  tile.dst_is_far = spec_.batch * spec_.m * spec_.dst_stride * 4 > kFarBytes;
  tile.stage = &stage_;
  return tile;
}

void PanelProduct::RunUnit(const PanelGrid::Unit& unit, const Element& element,
                           const Panels& panels, Tile& tile) const {
  const int64_t nr = variant_->nr;
  TileCursor cursor(grid_.tiling(), unit.first_tile);
  for (int64_t t = unit.first_tile; t < unit.last_tile; ++t) {
    const int64_t row = cursor.first();
    tile.m = cursor.Next();
    tile.first_row = element.lhs + row * spec_.lhs_stride;
    for (int64_t i = 0; i < unit.panels; ++i) {
      const int64_t column = (unit.first_panel + i) * nr;
      tile.rhs = panels[i];
      tile.n = std::min(nr, spec_.n - column);
      tile.dst = element.dst + row * spec_.dst_stride + column;
      if (element.residual != nullptr) {
        tile.residual = element.residual + row * spec_.residual_stride + column;
      }
      variant_->f32(tile);
    }
  }
}

void PanelProduct::PackPanels(const PanelGrid::Unit& unit, Pack pack, float* rooms,
                              Panels& panels) const {
  const int64_t nr = variant_->nr;
  for (int64_t i = 0; i < unit.panels; ++i) {
    const int64_t column = (unit.first_panel + i) * nr;
    panels[i] = pack({unit.batch, column, std::min(nr, spec_.n - column), spec_.k, nr,
                      variant_->rhs, rooms + i * panel_floats()});
  }
}

void PanelProduct::Run(Place place, Pack pack, void* workspace, ThreadPool& pool) const {
  const auto work = [&](int64_t begin, int64_t end, int worker) {
    float* rooms = static_cast<float*>(workspace) + worker * grid_.at_once() * panel_floats();
    Panels panels;
    Tile tile = StartTile();
    for (int64_t index = begin; index < end; ++index) {
      const PanelGrid::Unit unit = grid_[index];
      if (index == begin || unit.new_panels) PackPanels(unit, pack, rooms, panels);
      RunUnit(unit, place(unit.batch), panels, tile);
    }
  };
  Split(grid_.units(), grid_.unit_cycles(), pool, work);
}

namespace {

// Rows of k as they lie. Loops over vectors of 16 bytes in the place of memcpy's calls gained 14 %
// for four rows by 64x197, and lost 3 % of 512x512x512; and 8 % in unfolding an image.
void CopyRows(const MatrixView& matrix, const PanelRequest& request) {
  const auto bytes = static_cast<size_t>(request.columns) * sizeof(float);
  const auto rest = static_cast<size_t>(request.nr - request.columns) * sizeof(float);
  const float* from = matrix.data + request.first;
  float* to = request.room;
  for (int64_t p = 0; p < request.k; ++p, from += matrix.row_stride, to += request.nr) {
    std::memcpy(to, from, bytes);
    if (rest > 0) std::memset(to + request.columns, 0, rest);
  }
}

// Columns that lie along k, turned.
void TransposeColumns(const MatrixView& matrix, const PanelRequest& request, IsaSet usable) {
  const int64_t rest = request.nr - request.columns;
  layout::Pick(usable).transpose_4(
      {request.columns, request.k, matrix.column_stride, request.nr},
      reinterpret_cast<const uint32_t*>(matrix.data + request.first * matrix.column_stride),
      reinterpret_cast<uint32_t*>(request.room));
  for (int64_t p = 0; p < request.k && rest > 0; ++p) {
    std::fill_n(request.room + p * request.nr + request.columns, rest, 0.0f);
  }
}

void PackElements(const MatrixView& matrix, const PanelRequest& request) {
  const float* from = matrix.data + request.first * matrix.column_stride;
  for (int64_t p = 0; p < request.k; ++p, from += matrix.row_stride) {
    float* to = request.room + p * request.nr;
    for (int64_t j = 0; j < request.nr; ++j) {
      to[j] = j < request.columns ? from[j * matrix.column_stride] : 0.0f;
    }
  }
}

// RhsFormat::kF32x16.
void PackSteps(const MatrixView& matrix, const PanelRequest& request) {
  constexpr int64_t kStep = StepOfK(RhsFormat::kF32x16);
  const float* from = matrix.data + request.first * matrix.column_stride;
  for (int64_t p = 0; p < request.k; p += kStep, from += kStep * matrix.row_stride) {
    const int64_t steps = std::min(kStep, request.k - p);
    float* to = request.room + p * request.nr;
    for (int64_t j = 0; j < request.nr; ++j, to += kStep) {
      const int64_t there = j < request.columns ? steps : 0;
      const float* column = from + j * matrix.column_stride;
      for (int64_t s = 0; s < there; ++s) to[s] = column[s * matrix.row_stride];
      std::fill(to + there, to + kStep, 0.0f);
    }
  }
}

}  // namespace

const float* PackPanel(const MatrixView& matrix, const PanelRequest& request, IsaSet usable) {
  const float* begin = matrix.data + request.first * matrix.column_stride;
  const bool aligned = reinterpret_cast<uintptr_t>(begin) % Buffer::kAlignment == 0;
  if (request.format == RhsFormat::kF32x16) {
    PackSteps(matrix, request);
  } else if (matrix.column_stride == 1) {
    if (aligned && matrix.row_stride == request.nr && request.columns == request.nr) return begin;
    CopyRows(matrix, request);
  } else if (matrix.row_stride == 1) {
    TransposeColumns(matrix, request, usable);
  } else {
    PackElements(matrix, request);
  }
  return request.room;
}

}  // namespace assay::gemm
