#include "kernels/gemm/cost.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::gemm {
namespace {

// All of this was measured on Zen 4; what differs elsewhere is mostly common to all variants.

// Latency of a multiply-add: no tile takes a step of k faster than this.
constexpr double kChainCycles = 4;

// From here to kNotBeside fitted to 1,729 products of all sizes and types, timed with every variant
// of AVX-512: of these and 900 others, what is picked is 0.5 to 1.1 % slower than the fastest, in
// the mean.

// Around the steps of a tile: the call, and for each of its rows; and where accumulators are the
// results, for each vector of a row, whose multiply-adds wait for the bias behind the last stores.
constexpr double kTileCycles = 21, kRowCycles = 0.6, kVectorCycles = 7;
// Adding up the lanes of a row of cells whose vectors run along k.
constexpr double kReduceCycles = 4.2;
// What a CPU holds of stores, in pieces of 32 bytes, beside those of calling the next tile: more
// wait, cycles for each; earlier and longer behind the clamps of f32.
constexpr double kHeldStores = 38, kHeldCycles = 1.4, kHeldClamps = 31.5, kHeldClampCycles = 3;
// Elements per cycle behind the accumulators: stored as they are, which falls behind with narrow
// vectors of f32 alone (8x24 loses 57 cycles); or requantized, for the widest vectors, which takes
// two conversions at a vector per cycle, and the queue of what waits for them keeps the next tile's
// multiply-adds out.
constexpr double kNarrowStoredPerCycle = 7.5, kRequantizedPerCycle = 10.5;
// Bytes of results per cycle that caches take, in rows of a tile of 128 bytes and more; of fewer
// bytes they take down to the given share of that, and so they do where the rows of a tile fall
// into the same sets of the first level.
constexpr double kDstPerCycle = 17, kWideRowBytes = 128, kNarrowRowShare = 0.44;
// Of computing and storing, the share of the shorter that is not hidden by the longer.
constexpr double kNotBeside = 0.125;

// What the second level holds, beside others; and the third, beside others' programs.
constexpr double kNearBytes = 768 * 1024, kThirdLevelBytes = 10e6;
// Bytes of a panel that reach the first level per cycle from the second, from the third and from
// memory; narrow panels down to half of that, since fewer of their lines are on the way at a time.
constexpr double kNearPerCycle = 32, kThirdPerCycle = 28, kMemoryPerCycle = 8;
constexpr double kWidePanelStepBytes = 192;

// Packed operands of so many bytes are read from afar once, since the layers of a model drive out
// each other's; a tile of the first rows waits for what its CPU does not foresee. How much that has
// under way is what its queue of operations spans: bytes per cycle grow with the bytes that one
// operation takes, up to what memory gives. Measured with weights flushed to memory, f32 1x7x7x320
// to 1280: 16x16 2.5 bytes per cycle, 12x32 3.9, 8x48 5.9; int8 1024 to 2048: 3.5, 6 and 7.6. Half
// of that is reckoned with, since the third level may hold them. Steps that are no whole pairs of
// lines come at half the pace: int8 1x1000x2048 by 8x48 450,000 cycles, by 12x32 and 6x64 270,000.
// To fetch them by software, a panel ahead or 1 to 4 KB within the steps, gained 7 % for 16x16 and
// nothing for others.
constexpr double kColdBytes = 256 * 1024;
constexpr double kColdPerCycle = 10, kColdUnpairedPerCycle = 5;
constexpr double kColdLeast = 1.5, kColdShare = 0.5;

// What stays in the first level, be it a panel that many rows pass by or rows that panels pass by.
// The steps of k take bytes from the second beside their multiply-adds, at little cost: 256 in 24
// cycles, as 6x64 does, 1 to 2 %.
constexpr double kFirstLevelBytes = 18.5 * 1024, kBesidePerCycle = 1000;
// Rows at such distances fall into the same sets of the first level, which has so many ways: each
// line of a row is gone before it is used up. 1024^3 in f32 with 16 rows: 55 % of the peak for 94.
constexpr int64_t kSetBytes = 4096;
constexpr double kWays = 8, kWaysBesidePanels = 4;  // The latter where panels come and go.
constexpr double kLineBytes = 64;

// Panels that are read again for every tile of rows stay within this much of the L2 cache.
constexpr int64_t kPanelCacheBytes = int64_t{512} << 10;
// A panel that stays in the L1 cache beside the rows and the results that pass by. To fetch the
// next tile's rows lost 6 % of f32 3136x24x96, whose rows come from the third level.
constexpr int64_t kSmallPanelBytes = int64_t{20} << 10;
constexpr int64_t kNarrowPanel = 48;  // Columns.
// Rows of more bytes than this come from afar, and a tile waits for them the longer the more bytes
// per cycle it asks for, beside the first of its panels. f32 3276x64x256, 3.2 MB: 16x16, which asks
// for 8, takes 7 % more than 6x64, which asks for 2; with an eighth of the rows, 1 % less. Fitted to
// 73 products of 0.4 to 8 MB: what is picked was 3.7 % slower than the fastest of the wide ones, in
// the mean, and is 1.5 %.
constexpr double kNearRowBytes = 1.2e6, kFarRowCycles = 0.013;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Of rows at this distance, the share that falls into one and the same set of the first level.
double ShareOfSets(int64_t apart) {
  return static_cast<double>(std::gcd(apart, kSetBytes)) / static_cast<double>(kSetBytes);
}

// Of the packed operand.
int64_t PanelStepBytes(const Variant& variant) {
  const int64_t cells = variant.nr * StepOfK(variant.rhs);
  switch (variant.rhs) {
    case RhsFormat::kF32:
    case RhsFormat::kF32x16:
      return 4 * cells;
    case RhsFormat::kS8x4:
      return cells;
    case RhsFormat::kS16x2:
    case RhsFormat::kS16x4:
    case RhsFormat::kSignMagnitude8x4:
      return 2 * cells;
  }
  return 0;
}

int64_t ElementBytes(ComputeType type) {  // Of rows.
  return type == ComputeType::kF32 ? 4 : type == ComputeType::kS16S16S32 ? 2 : 1;
}

double MacsPerCycle(const Variant& variant) {
  const bool halved = variant.vector_bits == 512 && HalvesAvx512();
  return halved ? variant.macs_per_cycle / 2 : variant.macs_per_cycle;
}

class Cost {
 public:
  Cost(const Variant& variant, const Problem& problem, const Tiling& tiling)
      : variant_(variant),
        problem_(problem),
        // Vectors along k: one column and two have code of their own.
        dots_(variant.rhs == RhsFormat::kF32x16),
        requantized_(problem.type == ComputeType::kU8S8U8),
        step_(static_cast<double>(StepOfK(variant.rhs))),
        panels_(CeilDiv(problem.n, variant.nr)),
        row_tiles_(static_cast<double>(tiling.tiles())),
        rows_(static_cast<double>(problem.m) / row_tiles_),
        cells_(rows_ * static_cast<double>(dots_ && problem.n <= 2 ? problem.n : variant.nr)),
        steps_(static_cast<double>(problem.taps) * (tiling.lines > 1 ? 1 - problem.skippable : 1) *
               static_cast<double>(CeilDiv(problem.k, StepOfK(variant.rhs)))),
        panel_step_(static_cast<double>(PanelStepBytes(variant))),
        row_step_(rows_ * step_ * static_cast<double>(ElementBytes(problem.type))),
        row_bytes_(row_tiles_ * row_step_ * steps_ / static_cast<double>(problem.taps)) {}

  double Cycles() const {
    const double step = std::max({StepCycles(), kChainCycles, ReadCycles()});
    const double compute = steps_ * step + AroundCycles(), store = DstBytes() / DstPerCycle();
    const double tile = std::max(compute, store) + std::min(compute, store) * kNotBeside;
    return static_cast<double>(problem_.groups) *
           (static_cast<double>(panels_) * row_tiles_ * tile + ColdCycles() + FarRowCycles());
  }

 private:
  double panel_bytes() const { return steps_ * panel_step_; }
  double rhs_bytes() const { return panel_bytes() * static_cast<double>(panels_); }
  double rate() const { return MacsPerCycle(variant_); }
  double width() const { return variant_.vector_bits / 512.0; }
  double element_bytes() const { return requantized_ ? 1 : 4; }  // Of results.

  // Of a step: the multiply-adds and, beside them, what of the panel and the rows does not stay in
  // the first level.
  double StepCycles() const {
    double bytes = 0;
    if (panel_bytes() > kFirstLevelBytes) bytes += panel_step_;
    if (steps_ * row_step_ > kFirstLevelBytes) bytes += row_step_;
    return cells_ * step_ / rate() + bytes / kBesidePerCycle;
  }

  // Of a group: waiting for the packed operand from memory.
  double ColdCycles() const {
    const double bytes = rhs_bytes() * static_cast<double>(problem_.groups);
    if (bytes < kColdBytes || problem_.read_again) return 0;
    const double vectors = panel_step_ / (variant_.vector_bits / 8.0);
    const double operations = rows_ * vectors + vectors + rows_;
    const bool pairs = std::fmod(panel_step_, 2 * kLineBytes) == 0;
    return kColdShare * rhs_bytes() /
           std::min(pairs ? kColdPerCycle : kColdUnpairedPerCycle,
                    kColdLeast + panel_step_ / operations);
  }

  // Of a group: waiting for rows from beyond the second level.
  double FarRowCycles() const {
    if (steps_ == 0 || row_bytes_ <= kNearRowBytes) return 0;  // No taps: all of it is padding.
    const double asked = row_bytes_ / (row_tiles_ * steps_ * StepCycles());  // Bytes per cycle.
    const PanelOrder order =
        OrderOf(variant_, problem_.type, static_cast<int64_t>(panel_bytes()), panels_);
    const auto passes = static_cast<double>(CeilDiv(panels_, order.stays ? 1 : order.at_once));
    return passes * kFarRowCycles * asked * (row_bytes_ - kNearRowBytes);
  }

  // Of a step: reading its part of the panel, each panel for every tile of rows; the first time
  // from beyond the second level, where it does not hold all of them; again and again, where it
  // does not hold one.
  double ReadCycles() const {
    const double width = 0.5 + 0.5 * std::min(1.0, panel_step_ / kWidePanelStepBytes);
    const double far_rate =
        width * (rhs_bytes() > kThirdLevelBytes ? kMemoryPerCycle : kThirdPerCycle);
    double far = rhs_bytes() < kNearBytes ? 0 : 1 / row_tiles_;
    if (panel_bytes() >= kNearBytes) far = 1;
    return panel_step_ * (far / far_rate + (1 - far) / kNearPerCycle) +
           LostRowBytes() / kNearPerCycle;
  }

  // Of a step: what it reads of the rows again from the second level, for want of room in the
  // first.
  double LostRowBytes() const {
    if (dots_) return panel_bytes() > kFirstLevelBytes ? row_step_ : 0;
    const bool panel_stays = panel_bytes() <= kFirstLevelBytes && row_tiles_ >= kWays;
    const double ways = panel_stays ? kWays : kWaysBesidePanels;
    return problem_.row_bytes > 0 && rows_ * ShareOfSets(problem_.row_bytes) >= ways
               ? rows_ * kLineBytes
               : 0;
  }

  // Of a tile.
  double DstBytes() const {
    const auto columns = static_cast<double>(problem_.n) / static_cast<double>(panels_);
    return rows_ * columns * element_bytes();
  }

  double DstPerCycle() const {
    const double row = static_cast<double>(variant_.nr) * element_bytes();
    const auto apart = problem_.groups * problem_.n * (requantized_ ? 1 : 4);
    const bool crowded = row_tiles_ > 1 && rows_ * ShareOfSets(apart) >= kWays;
    const double width = crowded ? 0 : std::min(1.0, row / kWideRowBytes);
    return kDstPerCycle * (kNarrowRowShare + (1 - kNarrowRowShare) * width);
  }

  // Of a tile: what is done before its steps and behind them.
  double AroundCycles() const {
    const bool real = problem_.type == ComputeType::kF32;
    const bool stores_behind = real && variant_.vector_bits < 512;
    const double stored = requantized_ ? kRequantizedPerCycle * width() : kNarrowStoredPerCycle;
    // A slow tier stores as slowly as it multiplies.
    const double storing = requantized_ || stores_behind ? cells_ / std::min(stored, rate()) : 0;
    const double pieces = cells_ * element_bytes() / 32;
    const double held_up = real ? std::max(0.0, pieces - kHeldClamps) * kHeldClampCycles
                                : std::max(0.0, pieces - kHeldStores) * kHeldCycles;
    const double reduced = dots_ ? rows_ * kReduceCycles : 0;
    const bool plain = !real && !requantized_;
    const double waiting = plain ? panel_step_ / kLineBytes * kVectorCycles : 0;
    return storing + held_up + reduced + waiting + rows_ * kRowCycles + kTileCycles;
  }

  const Variant& variant_;
  const Problem& problem_;
  bool dots_, requantized_;
  double step_;  // Elements of k.
  int64_t panels_;
  double row_tiles_, rows_, cells_;  // The latter two of a tile.
  double steps_;                     // Of a tile.
  double panel_step_, row_step_;     // Bytes of a step.
  double row_bytes_;                 // Of all rows, each of them once.
};

}  // namespace

double EstimateCycles(const Variant& variant, const Problem& problem, const Tiling& tiling) {
  return Cost(variant, problem, tiling).Cycles();
}

// As many panels as stay in L2 pass by while a tile's rows stay in L1, and results are stored in
// their order: over the other order that gains 1 to 7 % with panels of up to 48 columns, and 1 to
// 3 % with u8 results. A small panel that is wide, or alone, stays in L1 while all rows pass by.
PanelOrder OrderOf(const Variant& variant, ComputeType type, int64_t panel_bytes, int64_t panels) {
  const bool wide = variant.nr > kNarrowPanel && type != ComputeType::kU8S8U8;
  const bool stays = panel_bytes <= kSmallPanelBytes && (wide || panels == 1);
  return {stays, stays ? panels : std::max<int64_t>(1, kPanelCacheBytes / panel_bytes)};
}

}  // namespace assay::gemm
