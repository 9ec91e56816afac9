// Which variant does a product, and why.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {

// A product of m rows with n columns, in each of `groups` independent groups; every row is `taps`
// pieces of k elements.
struct Problem {
  ComputeType type = ComputeType::kF32;
  int64_t m = 1, n = 1, k = 1;
  int64_t taps = 1;
  int64_t groups = 1;
  // From row to row of the left operand, where that is known; 0: it is not.
  int64_t row_bytes = 0;
  // Rows come in lines (of an image) of so many; 0: they do not.
  int64_t line = 0;
  // The share of all taps that tiles within one line can leave out, since they are padding for the
  // whole line.
  double skippable = 0;
  // The packed operand was just read, for other rows.
  bool read_again = false;

  int64_t macs() const { return groups * m * n * k * taps; }
};

// The micro-kernel of a variant for this type; nullptr: it has none.
Kernel KernelFor(const Variant& variant, ComputeType type);

// How rows are cut into tiles: `lines` lines alike, each into `per_line` tiles, as even as can be
// (a last tile of one row would run its chains of multiply-adds unoverlapped).
struct Tiling {
  int64_t lines = 1, line = 1, per_line = 1;
  int64_t rows = 1, remainder = 0;  // line / per_line, so that no call divides.

  Tiling(int64_t lines_, int64_t line_, int64_t per_line_)
      : lines(lines_),
        line(line_),
        per_line(per_line_),
        rows(line_ / per_line_),
        remainder(line_ % per_line_) {}

  int64_t tiles() const { return lines * per_line; }
  // The first row of a tile; of tiles(), the number of rows.
  int64_t first(int64_t tile) const {
    const int64_t at = tile / per_line;
    return at * line + (tile - at * per_line) * line / per_line;
  }
};

// Goes through the tiles of a tiling from one on, without a division for each.
class TileCursor {
 public:
  TileCursor(const Tiling& tiling, int64_t tile)
      : per_line_(tiling.per_line),
        rows_(tiling.rows),
        remainder_(tiling.remainder),
        error_(tile == 0 ? 0 : tile % tiling.per_line * remainder_ % tiling.per_line),
        first_(tile == 0 ? 0 : tiling.first(tile)) {}

  int64_t first() const { return first_; }
  // Rows of the tile.
  int64_t rows() const { return rows_ + (error_ + remainder_ >= per_line_ ? 1 : 0); }
  // The same; goes on to the next.
  int64_t Next() {
    const int64_t count = rows();
    error_ += remainder_;
    if (error_ >= per_line_) error_ -= per_line_;
    first_ += count;
    return count;
  }

 private:
  int64_t per_line_, rows_, remainder_, error_, first_;
};

// Tiles within lines where that is reckoned to be faster, else tiles over all rows.
Tiling TilingOf(const Variant& variant, const Problem& problem);

// Tiles within lines of so many rows, which divides m.
Tiling LineTiling(const Variant& variant, int64_t m, int64_t line);

// EstimateCycles of cost.h with TilingOf.
double EstimateCycles(const Variant& variant, const Problem& problem);

// Every variant in the eyes of dispatch, the picked one marked.
std::vector<VariantChoice> Explain(const Problem& problem, const KernelOptions& options);

// The variant of fewest estimated cycles among those that options allow. Error: the forced variant
// is unknown, does not do this type or cannot run here.
Result<const Variant*> Choose(const Problem& problem, const KernelOptions& options);

}  // namespace assay::gemm
