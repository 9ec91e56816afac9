// Grid: how a product is cut into tasks for several threads.
#pragma once

#include <cstdint>

namespace assay::gemm {

// A product as threads share it: of each of `groups`, `tiles` of `mr` rows and `panels` of columns.
struct Shared {
  int64_t groups, tiles, panels;
  int64_t mr;
  double cycles;      // Of all of it, on one thread.
  bool side_by_side;  // A row of results holds those of all groups.
};

// Blocks of a group's tiles by panels. Tasks are numbered so that all panels of all groups come
// before the next block of rows: a thread's share of them (ThreadPool) is mostly whole rows.
struct Grid {
  int64_t groups = 1, rows = 1, columns = 1;

  struct Block {
    int64_t group, row, column;
  };

  int64_t tasks() const { return groups * rows * columns; }
  Block BlockOf(int64_t task) const {
    return {task / columns % groups, task / (columns * groups), task % columns};
  }
};

// The grid with which the busiest thread is done first, with so many tasks that the one in hand
// when others have finished is small. What is weighed: the largest share, and rows whose columns
// two threads write, since their lines go to and fro between the cores' caches. Where the cores are
// far apart, as two CPUs of a virtual machine may be at any time, f32 3136x256x64 cut in halves of
// columns took 790 us, in halves of rows 442; 197x768x768 of u8s8s32 295 and 260.
Grid BestGrid(const Shared& work, int threads);

}  // namespace assay::gemm
