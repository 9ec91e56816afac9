#include "kernels/gemm/dispatch.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace assay::gemm {
namespace {

// Latency of a multiply-add on current CPUs: no tile takes a step of k faster than this.
constexpr double kChainCycles = 4;
// Calling a micro-kernel: arguments, accumulators' start, the loop's mispredicted exit.
constexpr double kTileCycles = 40;
// Elements stored per cycle behind the accumulators, for the widest vectors.
constexpr double kStoredPerCycle = 12;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t StepOfK(const Variant& variant) { return variant.rhs == RhsFormat::kF32 ? 1 : 4; }

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
  const int64_t row_tiles = CeilDiv(problem.m, variant.mr);
  const int64_t tiles = problem.groups * row_tiles * CeilDiv(problem.n, variant.nr);
  const double rows = static_cast<double>(problem.m) / static_cast<double>(row_tiles);
  const double cells = rows * static_cast<double>(variant.nr);
  const int64_t step = StepOfK(variant);
  const double steps = static_cast<double>(problem.taps * CeilDiv(problem.k, step));
  const double at_rate = cells * static_cast<double>(step) / variant.macs_per_cycle;
  // A slow tier stores as slowly as it multiplies.
  const double stored = std::min(kStoredPerCycle, variant.macs_per_cycle);
  return static_cast<double>(tiles) *
         (steps * std::max(at_rate, kChainCycles) + cells / stored + kTileCycles);
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
