#include "kernels/gemm/dispatch.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace assay::gemm {
namespace {

// Latency of a multiply-add on current CPUs: no tile takes a step of k faster than this.
constexpr double kChainCycles = 4;
// Calling a micro-kernel, and for each of its rows. Measured, with the next: 14x32 loses 40 to 60
// cycles per tile, 6x64 15 to 45, 16x16 40.
constexpr double kTileCycles = 10;
constexpr double kRowCycles = 1;
// Adding up the lanes of a row of cells whose vectors run along k.
constexpr double kReduceCycles = 12;
// What a CPU holds of stores, in pieces of 32 bytes, beside those of calling the next tile: more
// wait. Measured for 14x32, which has 8 more: 10 (f32) to 50 cycles (s32) per tile.
constexpr double kHeldStores = 48, kExcessStoreCycles = 3;
// Elements stored per cycle behind the accumulators, for the widest vectors.
constexpr double kStoredPerCycle = 24;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Bytes of the rhs panel that reach the first-level cache per cycle: from the second level, or from
// beyond it.
constexpr double kNearBytesPerCycle = 24, kFarBytesPerCycle = 10;
constexpr double kNearBytes = 768 * 1024;

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

double CyclesOf(const Variant& variant, const Problem& problem, const Tiling& tiling) {
  const int64_t panels = CeilDiv(problem.n, variant.nr);
  const int64_t tiles = problem.groups * tiling.tiles() * panels;
  const double rows = static_cast<double>(problem.m) / static_cast<double>(tiling.tiles());
  // Vectors along k: one column and two have code of their own.
  const bool dots = variant.rhs == RhsFormat::kF32x16;
  const double cells = rows * static_cast<double>(dots && problem.n <= 2 ? problem.n : variant.nr);
  const int64_t step = StepOfK(variant.rhs);
  const double taps =
      static_cast<double>(problem.taps) * (tiling.lines > 1 ? 1 - problem.skippable : 1);
  const double steps = taps * static_cast<double>(CeilDiv(problem.k, step));
  const auto panel_step = static_cast<double>(PanelStepBytes(variant));
  const double to_read =
      panel_step * CyclesPerByte(steps * panel_step, panels, static_cast<double>(tiling.tiles()));
  const double rate = MacsPerCycle(variant);
  const double at_rate = cells * static_cast<double>(step) / rate;
  // A slow tier stores as slowly as it multiplies.
  const double stored = std::min(kStoredPerCycle, rate);
  const double bytes = cells * (problem.type == ComputeType::kU8S8U8 ? 1 : 4);
  const double held_up = std::max(0.0, bytes / 32 - kHeldStores) * kExcessStoreCycles;
  const double reduced = dots ? rows * kReduceCycles : 0;
  const double around = cells / stored + held_up + reduced + rows * kRowCycles + kTileCycles;
  return static_cast<double>(tiles) *
         (steps * std::max({at_rate, kChainCycles, to_read}) + around);
}

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
  return CyclesOf(variant, problem, TilingOf(variant, problem));
}

Tiling TilingOf(const Variant& variant, const Problem& problem) {
  const Tiling plain(1, problem.m, CeilDiv(problem.m, variant.mr));
  if (problem.line <= 0 || problem.m % problem.line != 0) return plain;
  const Tiling lines(problem.m / problem.line, problem.line, CeilDiv(problem.line, variant.mr));
  const bool pays = CyclesOf(variant, problem, lines) < CyclesOf(variant, problem, plain);
  return pays ? lines : plain;
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
