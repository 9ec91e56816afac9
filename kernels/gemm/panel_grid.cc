#include "kernels/gemm/panel_grid.h"

#include <algorithm>

#include "kernels/cpu/split.h"

namespace assay::gemm {
namespace {

// Panels that rows pass by together stay within this much of the second level. Several only where
// the rows are more than that: they are read for each group of panels.
constexpr int64_t kPanelCacheBytes = int64_t{256} << 10;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

PanelGrid::PanelGrid(const Work& work, const Tiling& tiling, int threads)
    : work_(work), tiling_(tiling) {
  if (work.lhs_bytes > kPanelCacheBytes) {
    at_once_ = std::clamp<int64_t>(kPanelCacheBytes / work.panel_bytes, 1,
                                   std::min(work.panels, kMostPanels));
  }
  if (threads > 1) {
    const int64_t wanted = threads * kTasksPerThread;
    at_once_ = std::min(at_once_, CeilDiv(work.batch * work.panels, wanted));
    parts_ = std::min(tiling.tiles(), CeilDiv(wanted, work.batch * groups()));
  }
}

PanelGrid::Unit PanelGrid::operator[](int64_t index) const {
  const int64_t part = index % parts_, group = index / parts_ % groups();
  const int64_t first = group * at_once_, tiles = tiling_.tiles();
  return {.batch = index / (groups() * parts_),
          .first_panel = first,
          .panels = std::min(at_once_, work_.panels - first),
          .first_tile = part * tiles / parts_,
          .last_tile = (part + 1) * tiles / parts_,
          .new_panels = part == 0};
}

}  // namespace assay::gemm
