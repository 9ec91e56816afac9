#include "kernels/gemm/grid.h"

#include <algorithm>

#include "kernels/cpu/split.h"

namespace assay::gemm {
namespace {

// What a row costs whose columns two threads write, where the cores are far apart: 380 to 750.
constexpr double kCyclesPerCutRow = 400;
// Grids within so much of each other are equally good; the first, with fewer cuts through the
// columns, each of which reads all rows again, and more tasks, is taken.
constexpr double kTie = 0.98;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t Part(int64_t count, int64_t parts, int64_t part) {
  return (part + 1) * count / parts - part * count / parts;
}

// Cycles until the busiest thread has done its share, with the rows that are cut on its way.
double Cycles(const Shared& work, const Grid& grid, int threads) {
  const double unit = work.cycles / static_cast<double>(work.groups * work.tiles * work.panels);
  const bool columns_are_shared = grid.columns > 1 || (grid.groups > 1 && work.side_by_side);
  const double cut =
      columns_are_shared
          ? static_cast<double>(CeilDiv(work.tiles, grid.rows) * work.mr) * kCyclesPerCutRow
          : 0;
  double longest = 0, share = 0;
  int64_t task = 0, thread = 0, end = grid.tasks() / threads;
  for (int64_t row = 0; row < grid.rows; ++row) {
    const double cycles = unit * static_cast<double>(Part(work.tiles, grid.rows, row));
    for (int64_t across = 0; across < grid.groups * grid.columns; ++across) {
      while (task == end) {
        longest = std::max(longest, share + (across > 0 ? cut : 0));
        share = across > 0 ? cut : 0;
        end = (++thread + 1) * grid.tasks() / threads;
      }
      share += cycles * static_cast<double>(Part(work.panels, grid.columns, across % grid.columns));
      ++task;
    }
  }
  return std::max(longest, share);
}

}  // namespace

Grid BestGrid(const Shared& work, int threads) {
  const int64_t blocks = threads * kTasksPerThread;
  Grid best{.groups = work.groups};
  double best_cycles = Cycles(work, best, threads);
  const double even = work.cycles / threads;
  for (int64_t columns = 1; columns <= std::min(work.panels, blocks); ++columns) {
    if (even >= best_cycles * kTie) break;
    const int64_t enough = CeilDiv(blocks, work.groups * columns);
    const int64_t most = work.side_by_side ? std::max<int64_t>(enough, threads) : enough;
    for (int64_t rows = std::min(work.tiles, most); rows > 0; --rows) {
      const Grid grid{.groups = work.groups, .rows = rows, .columns = columns};
      const double cycles = Cycles(work, grid, threads);
      if (cycles < best_cycles * kTie) {
        best = grid;
        best_cycles = cycles;
      }
    }
  }
  return best;
}

}  // namespace assay::gemm
