// PanelProduct: a planned f32 product whose right-hand operand is data, too: of two activations, or
// of weights with an unfolded image. A task packs a few panels of columns into its worker's part of
// the workspace, or finds them packed, and runs the micro-kernel over rows. Every element is the
// sum over k in order, whatever the split: results do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <string>

#include "kernels/base/compute.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/gemm/packing.h"
#include "kernels/gemm/panel_grid.h"

namespace assay::gemm {

// dst [m][n] = stage(lhs [m][k] x rhs [k][n] + residual [m][n]), `batch` times; all extents are
// positive.
struct PanelSpec {
  int64_t batch = 1, m = 1, n = 1, k = 1;
  int64_t lhs_stride = 0, dst_stride = 0;  // Elements from row to row; 0: dense.
  int64_t residual_stride = 0;             // The same; 0: one row for all.
  // Whoever packs goes row by row of k: RhsFormat::kF32 alone.
  bool row_by_row = false;
  // rhs is dense, which a panel as wide as it needs no packing for.
  bool dense_rhs = false;
};

// Columns [first, first + columns) of element `batch`, as the variant wants them (RhsFormat), zeros
// in the place of columns and of k that are not there.
struct PanelRequest {
  int64_t batch, first, columns, k;
  int64_t nr;
  RhsFormat format;
  float* room;  // Aligned to 64: PackedK x nr.
};

class PanelProduct {
 public:
  // Chooses a variant, by the estimate of dispatch and what packing takes; neither batch nor
  // threads count in that. Of the stage, lo and hi. Error: as gemm::Choose, or a forced variant
  // that does not go row by row.
  static Result<PanelProduct> Make(const PanelSpec& spec, const OutputStage& stage,
                                   const KernelOptions& options = {});

  // Scratch bytes Run wants, aligned to 64, for a pool of `threads`.
  size_t workspace_bytes(int threads) const;
  std::string variant() const { return variant_->name; }

  // Where the matrices of an element of the batch are.
  struct Element {
    const float* lhs;
    float* dst;
    const float* residual = nullptr;  // Of all elements, or of none.
  };
  using Place = FunctionRef<Element(int64_t batch)>;
  // Where the panel is: packed into the room, or found.
  using Pack = FunctionRef<const float*(const PanelRequest& request)>;

  // Safe from several threads with different workspaces and pools, if `place` and `pack` are.
  void Run(Place place, Pack pack, void* workspace, ThreadPool& pool) const;

 private:
  using Panels = const float * [PanelGrid::kMostPanels];

  explicit PanelProduct(const PanelSpec& spec, const Variant& variant, const OutputStage& stage,
                        int threads);
  int64_t panel_floats() const { return PackedK(*variant_, spec_.k) * variant_->nr; }
  Tile StartTile() const;
  void PackPanels(const PanelGrid::Unit& unit, Pack pack, float* rooms, Panels& panels) const;
  void RunUnit(const PanelGrid::Unit& unit, const Element& element, const Panels& panels,
               Tile& tile) const;

  PanelSpec spec_;
  const Variant* variant_;
  Stage stage_;
  PanelGrid grid_;
};

// A right-hand operand in memory: element [p][j] is at data[p * row_stride + j * column_stride].
struct MatrixView {
  const float* data;
  int64_t row_stride, column_stride;
};

// The panel of a matrix; it is where it lies if it lies as the variant wants it.
const float* PackPanel(const MatrixView& matrix, const PanelRequest& request,
                       IsaSet usable = UsableIsas());

}  // namespace assay::gemm
