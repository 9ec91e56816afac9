#include "kernels/gemm/dispatch.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace assay::gemm {
namespace {

// Latency of a multiply-add on current CPUs: no tile takes a step of k faster than this.
constexpr double kChainCycles = 4;
// Calling a micro-kernel, and for each of its rows. With the figures below fitted to products of
// k = 16 to 64, where a tile of f32 loses 10 to 40 cycles in 16x16, 60 to 90 in 6x64, 80 in 12x32,
// 100 in 14x32; of u8, 60, 70, 80 and 90.
constexpr double kTileCycles = 4;
constexpr double kRowCycles = 0.5;
// Adding up the lanes of a row of cells whose vectors run along k.
constexpr double kReduceCycles = 12;
// What a CPU holds of stores, in pieces of 32 bytes, beside those of calling the next tile: more
// wait.
constexpr double kHeldStores = 32, kExcessStoreCycles = 3.5;
// Rows that come again for every panel from beyond the first level: their first bytes, until the
// CPU has seen where they go, at so many per cycle. Measured at 3136x256x64: 70 cycles per tile of
// 16 rows, 24 of 6.
constexpr double kRowCacheBytes = 16 * 1024, kUnforeseenBytes = 512, kUnforeseenPerCycle = 96;
// Elements per cycle behind the accumulators, for the widest vectors: stored as they are, or
// requantized, which takes two conversions at a vector per cycle, and the queue of what waits for
// them keeps the next tile's multiply-adds out.
constexpr double kStoredPerCycle = 24, kRequantizedPerCycle = 6;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Bytes of the rhs panel that reach the first-level cache per cycle: from the second level, or from
// beyond it.
constexpr double kNearBytesPerCycle = 24, kFarBytesPerCycle = 20;
constexpr double kNearBytes = 768 * 1024;
// What stays in the first level, be it a panel that many rows pass by or rows that panels pass by.
// The steps of k take bytes from the second beside their multiply-adds, at little cost: 256 in 24
// cycles, as 6x64 does, 3 to 5 %.
constexpr double kFirstLevelBytes = 24 * 1024, kSecondLevelBytesPerCycle = 300;
// All rows pass by each of many small panels. Where the second level does not hold them: 1024^3 of
// int8 in 16x16 is 10 % slower than in 12x32. To take them in blocks that it holds gained 7 % there,
// and lost as much where panels are few.
constexpr int64_t kFewPanels = 4;
constexpr double kLongRowsBytes = 4096;  // Of a tile.
constexpr double kFarRowBytesPerCycle = 36;
// Rows at such distances fall into the same sets of the first level, which has so many ways: each
// line of a row is gone before it is used up. 1024^3 in f32 with 16 rows: 55 % of the peak for 94.
constexpr int64_t kSetBytes = 4096;
constexpr double kWays = 8, kWaysBesidePanels = 4;  // The latter where panels come and go.
constexpr double kLineBytes = 64;

// Of the packed operand.
int64_t PanelStepBytes(const Variant& variant) {
  const int64_t cells = variant.nr * StepOfK(variant.rhs);
  switch (variant.rhs) {
    case RhsFormat::kF32:
    case RhsFormat::kF32x16:
      return 4 * cells;
    case RhsFormat::kS8x4:
      return cells;
    case RhsFormat::kS16x4:
    case RhsFormat::kSignMagnitude8x4:
      return 2 * cells;
  }
  return 0;
}

// Why the variant cannot do the problem; empty: it can.
std::string Refusal(const Variant& variant, ComputeType type, IsaSet usable) {
  if (KernelFor(variant, type) == nullptr) return "does not do " + std::string(Name(type));
  if (!usable.has(variant.isa)) {
    const bool capped = DetectedIsas().has(variant.isa);
    return "needs " + std::string(Name(variant.isa)) +
           (capped ? ", which is capped" : ", which this CPU lacks");
  }
  return "";
}

double MacsPerCycle(const Variant& variant) {
  const bool halved = variant.vector_bits == 512 && HalvesAvx512();
  return halved ? variant.macs_per_cycle / 2 : variant.macs_per_cycle;
}

// Reading panels, each for every tile of rows: the first time from beyond the second level, where it
// does not hold all of them; again and again, where it does not hold one.
double CyclesPerByte(double panel_bytes, int64_t panels, double row_tiles) {
  if (panel_bytes >= kNearBytes) return 1 / kFarBytesPerCycle;
  const double far = panel_bytes * static_cast<double>(panels) < kNearBytes ? 0 : 1 / row_tiles;
  return far / kFarBytesPerCycle + (1 - far) / kNearBytesPerCycle;
}

// Bytes that a step of k reads of the rows from the second level, for want of room in the first.
double RowStepBytes(const Variant& variant, const Problem& problem, double rows,
                    double panel_bytes, double row_tiles) {
  const auto step_bytes = static_cast<double>(4 * StepOfK(variant.rhs));
  if (variant.rhs == RhsFormat::kF32x16) {
    return panel_bytes > kFirstLevelBytes ? rows * step_bytes : 0;
  }
  const double share =
      static_cast<double>(std::gcd(problem.row_bytes, kSetBytes)) / static_cast<double>(kSetBytes);
  const bool panel_stays = panel_bytes <= kFirstLevelBytes && row_tiles >= kWays;
  const double ways = panel_stays ? kWays : kWaysBesidePanels;
  return problem.row_bytes > 0 && rows * share >= ways ? rows * kLineBytes : 0;
}

// Of a step of k: what of its panel and rows comes from beyond the first level.
double DistanceCycles(const Problem& problem, double panel_step, double row_step, double steps,
                      int64_t panels, double rows) {
  double bytes = 0;
  if (steps * panel_step > kFirstLevelBytes) bytes += panel_step;
  if (steps * row_step > kFirstLevelBytes) bytes += row_step;
  const double all_rows = static_cast<double>(problem.m) / rows * steps * row_step;
  const bool again = steps * panel_step < kFirstLevelBytes && panels > kFewPanels &&
                     steps * row_step > kLongRowsBytes;
  const double far = again && all_rows > kNearBytes ? row_step / kFarRowBytesPerCycle : 0;
  return bytes / kSecondLevelBytesPerCycle + far;
}

// Of a tile: its rows were there before, for another panel, and are gone.
double RereadCycles(const Problem& problem, double rows, int64_t panels) {
  const int64_t element = problem.type == ComputeType::kF32 ? 4 : 1;
  const int64_t row = problem.k * problem.taps * element;
  // Those of an image overlap.
  const int64_t apart = problem.row_bytes > 0 ? problem.row_bytes : row;
  const auto bytes = static_cast<double>(std::min(row, apart));
  if (panels == 1 || static_cast<double>(problem.m) * bytes < kRowCacheBytes) return 0;
  return rows * std::min(bytes, kUnforeseenBytes) / kUnforeseenPerCycle;
}

}  // namespace

double EstimateCycles(const Variant& variant, const Problem& problem, const Tiling& tiling) {
  const int64_t panels = CeilDiv(problem.n, variant.nr);
  const int64_t tiles = problem.groups * tiling.tiles() * panels;
  const auto row_tiles = static_cast<double>(tiling.tiles());
  const double rows = static_cast<double>(problem.m) / row_tiles;
  // Vectors along k: one column and two have code of their own.
  const bool dots = variant.rhs == RhsFormat::kF32x16;
  const double cells = rows * static_cast<double>(dots && problem.n <= 2 ? problem.n : variant.nr);
  const int64_t step = StepOfK(variant.rhs);
  const double taps =
      static_cast<double>(problem.taps) * (tiling.lines > 1 ? 1 - problem.skippable : 1);
  const double steps = taps * static_cast<double>(CeilDiv(problem.k, step));
  const auto panel_step = static_cast<double>(PanelStepBytes(variant));
  const double to_read =
      panel_step * CyclesPerByte(steps * panel_step, panels, row_tiles) +
      RowStepBytes(variant, problem, rows, steps * panel_step, row_tiles) / kNearBytesPerCycle;
  const double rate = MacsPerCycle(variant);
  const int64_t element = problem.type == ComputeType::kF32 ? 4 : 1;
  const double row_step = rows * static_cast<double>(element * step);
  const double at_rate = cells * static_cast<double>(step) / rate +
                         DistanceCycles(problem, panel_step, row_step, steps, panels, rows);
  // A slow tier stores as slowly as it multiplies.
  const bool requantized = problem.type == ComputeType::kU8S8U8;
  const double width = static_cast<double>(variant.vector_bits) / 512;
  const double stored =
      std::min((requantized ? kRequantizedPerCycle : kStoredPerCycle) * width, rate);
  const double bytes = cells * (requantized ? 1 : 4);
  const double held_up = std::max(0.0, bytes / 32 - kHeldStores) * kExcessStoreCycles;
  const double reduced = dots ? rows * kReduceCycles : 0;
  const double around = cells / stored + held_up + reduced + RereadCycles(problem, rows, panels) +
                        rows * kRowCycles + kTileCycles;
  return static_cast<double>(tiles) *
         (steps * std::max({at_rate, kChainCycles, to_read}) + around);
}

namespace {

int Percent(double fraction) { return static_cast<int>(std::lround(100 * fraction)); }

std::string Reason(const Variant& variant, const Problem& problem) {
  const double used = static_cast<double>(problem.n) /
                      static_cast<double>(CeilDiv(problem.n, variant.nr) * variant.nr);
  const auto cycles = static_cast<int64_t>(EstimateCycles(variant, problem));
  return std::to_string(cycles) + " cycles estimated, " + std::to_string(Percent(used)) +
         " % of the columns used";
}

const Variant* Cheapest(const Problem& problem, IsaSet usable) {
  const Variant* best = nullptr;
  double best_cycles = 0;
  for (const Variant* variant : AllVariants()) {
    if (!Refusal(*variant, problem.type, usable).empty()) continue;
    const double cycles = EstimateCycles(*variant, problem);
    if (best == nullptr || cycles < best_cycles) {
      best = variant;
      best_cycles = cycles;
    }
  }
  return best;
}

Result<const Variant*> Forced(const Problem& problem, const KernelOptions& options) {
  std::string known;
  for (const Variant* variant : AllVariants()) {
    if (options.variant == variant->name) {
      const std::string refusal = Refusal(*variant, problem.type, options.usable);
      if (refusal.empty()) return variant;
      return Error("kernel variant '" + options.variant + "' cannot be used: it " + refusal);
    }
    known += (known.empty() ? "" : ", ") + std::string(variant->name);
  }
  return Error("kernel variant '" + options.variant + "' is unknown; known are: " + known);
}

}  // namespace

Kernel KernelFor(const Variant& variant, ComputeType type) {
  switch (type) {
    case ComputeType::kF32:
      return variant.f32;
    case ComputeType::kU8S8S32:
      return variant.u8s8s32;
    case ComputeType::kU8S8U8:
      return variant.u8s8u8;
  }
  return nullptr;
}

double EstimateCycles(const Variant& variant, const Problem& problem) {
  return EstimateCycles(variant, problem, TilingOf(variant, problem));
}

Tiling LineTiling(const Variant& variant, int64_t m, int64_t line) {
  return Tiling(m / line, line, CeilDiv(line, variant.mr));
}

Tiling TilingOf(const Variant& variant, const Problem& problem) {
  const Tiling plain(1, problem.m, CeilDiv(problem.m, variant.mr));
  if (problem.line <= 0 || problem.m % problem.line != 0) return plain;
  const Tiling lines = LineTiling(variant, problem.m, problem.line);
  const double of_lines = EstimateCycles(variant, problem, lines);
  return of_lines < EstimateCycles(variant, problem, plain) ? lines : plain;
}

std::vector<VariantChoice> Explain(const Problem& problem, const KernelOptions& options) {
  const Result<const Variant*> picked = Choose(problem, options);
  std::vector<VariantChoice> choices;
  for (const Variant* variant : AllVariants()) {
    VariantChoice choice;
    choice.name = variant->name;
    choice.isa = variant->isa;
    choice.reason = Refusal(*variant, problem.type, options.usable);
    choice.available = choice.reason.empty();
    choice.picked = picked.ok() && *picked == variant;
    if (choice.available) choice.reason = Reason(*variant, problem);
    if (choice.picked && !options.variant.empty()) choice.reason = "forced";
    choices.push_back(std::move(choice));
  }
  return choices;
}

Result<const Variant*> Choose(const Problem& problem, const KernelOptions& options) {
  if (!options.variant.empty()) return Forced(problem, options);
  if (const Variant* best = Cheapest(problem, options.usable)) return best;
  return Error("no kernel variant for " + std::string(Name(problem.type)) + " within " +
               options.usable.ToString());
}

}  // namespace assay::gemm
