// PanelGrid: how a product whose panels are packed while it runs is cut. A unit is a few panels of
// an element of the batch with a part of the rows, which pass by these panels together.
#pragma once

#include <cstdint>

#include "kernels/gemm/dispatch.h"

namespace assay::gemm {

class PanelGrid {
 public:
  static constexpr int64_t kMostPanels = 64;  // Of a unit.

  struct Work {
    int64_t batch = 1, panels = 1;           // Panels of an element of the batch.
    int64_t panel_bytes = 0, lhs_bytes = 0;  // Of a panel, and of an element's rows.
    double cycles = 0;                       // Of an element, packing included.
  };
  PanelGrid(const Work& work, const Tiling& tiling, int threads);

  int64_t units() const { return work_.batch * groups() * parts_; }
  double unit_cycles() const { return work_.cycles / static_cast<double>(groups() * parts_); }
  int64_t at_once() const { return at_once_; }  // The most panels of a unit.

  struct Unit {
    int64_t batch, first_panel, panels;
    int64_t first_tile, last_tile;
    bool new_panels;  // They are not those of the unit before.
  };
  Unit operator[](int64_t index) const;

  const Tiling& tiling() const { return tiling_; }

 private:
  int64_t groups() const { return (work_.panels + at_once_ - 1) / at_once_; }

  Work work_;
  Tiling tiling_;
  int64_t at_once_ = 1;
  int64_t parts_ = 1;  // Of the rows.
};

}  // namespace assay::gemm
