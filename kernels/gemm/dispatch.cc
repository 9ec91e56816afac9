#include "kernels/gemm/dispatch.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/gemm/cost.h"

namespace assay::gemm {
namespace {

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

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
    case ComputeType::kS16S16S32:
      return variant.s16s16s32;
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
