#include "kernels/gemm/grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

namespace assay::gemm {
namespace {

// Cycles enough that every cut through columns pays for itself where tiles are few.
Shared Work(int64_t groups, int64_t tiles, int64_t panels, double cycles = 1e7) {
  return {.groups = groups,
          .tiles = tiles,
          .panels = panels,
          .mr = 6,
          .cycles = cycles,
          .side_by_side = true};
}

// Blocks of rows of which two threads compute some columns each.
std::set<int64_t> CutRows(const Grid& grid, int threads) {
  std::set<int64_t> rows;
  for (int64_t thread = 1; thread < threads; ++thread) {
    const int64_t first = thread * grid.tasks() / threads;
    if (first % (grid.groups * grid.columns) != 0) rows.insert(grid.BlockOf(first).row);
  }
  return rows;
}

// The largest share of tiles times panels, over an even one.
double Imbalance(const Shared& work, const Grid& grid, int threads) {
  std::vector<int64_t> units(static_cast<size_t>(threads));
  for (int64_t task = 0; task < grid.tasks(); ++task) {
    const auto block = grid.BlockOf(task);
    const int64_t tiles =
        (block.row + 1) * work.tiles / grid.rows - block.row * work.tiles / grid.rows;
    const int64_t panels =
        (block.column + 1) * work.panels / grid.columns - block.column * work.panels / grid.columns;
    int thread = 0;
    while (task >= (thread + 1) * grid.tasks() / threads) ++thread;
    units[static_cast<size_t>(thread)] += tiles * panels;
  }
  return static_cast<double>(*std::max_element(units.begin(), units.end())) * threads /
         static_cast<double>(work.groups * work.tiles * work.panels);
}

TEST(GridTest, EveryBlockIsOneTask) {
  const Grid grid{.groups = 3, .rows = 4, .columns = 5};
  std::set<std::tuple<int64_t, int64_t, int64_t>> blocks;
  for (int64_t task = 0; task < grid.tasks(); ++task) {
    const auto [group, row, column] = grid.BlockOf(task);
    EXPECT_LT(group, 3);
    EXPECT_LT(row, 4);
    EXPECT_LT(column, 5);
    blocks.insert({group, row, column});
  }
  EXPECT_EQ(blocks.size(), 60u);
}

TEST(GridTest, ManyTilesAreCutInRowsAlone) {
  const Grid grid = BestGrid(Work(1, 523, 4), 2);
  EXPECT_EQ(grid.columns, 1);
  EXPECT_EQ(grid.rows, 8);
}

// 33 tiles are no even number: 16 and 17 are 3 % off an even share, which is less than what it
// costs that both threads write rows of a short product, and more in a long one.
TEST(GridTest, ColumnsAreCutWhereItPays) {
  EXPECT_TRUE(CutRows(BestGrid(Work(1, 33, 12, 1.9e6), 2), 2).empty());
  const Grid grid = BestGrid(Work(1, 33, 12, 7.6e6), 2);
  EXPECT_EQ(CutRows(grid, 2).size(), 1u);
  EXPECT_GT(grid.rows, 1);  // Most rows have one writer.
}

TEST(GridTest, OneRowIsCutInColumns) {
  for (int threads : {2, 3, 4}) {
    const Grid grid = BestGrid(Work(1, 1, 16, 1e5), threads);
    EXPECT_EQ(grid.rows, 1);
    EXPECT_LT(Imbalance(Work(1, 1, 16), grid, threads), 1.2) << threads;
  }
}

TEST(GridTest, GroupsSideBySideAreCutInRows) {
  EXPECT_TRUE(CutRows(BestGrid(Work(32, 130, 1), 2), 2).empty());
  Shared apart = Work(36, 40, 2);
  apart.side_by_side = false;
  EXPECT_EQ(BestGrid(apart, 2).rows, 1);
}

TEST(GridTest, SharesAreNearlyEven) {
  for (int threads : {1, 2, 3, 4, 8}) {
    for (int64_t tiles : {1, 2, 3, 5, 9, 17, 33, 100}) {
      for (int64_t panels : {1, 2, 3, 8, 12, 31}) {
        const Shared work = Work(1, tiles, panels, 1e9);
        // What can be had by the block: no more than one tile or panel too many for each.
        const double bound = std::min((tiles + threads - 1) / threads * threads / double(tiles),
                                      (panels + threads - 1) / threads * threads / double(panels));
        EXPECT_LE(Imbalance(work, BestGrid(work, threads), threads), bound / 0.98)
            << threads << " threads, " << tiles << " tiles, " << panels << " panels";
      }
    }
  }
}

}  // namespace
}  // namespace assay::gemm
