#include "harness/cli/variant_contest.h"

#include <fmt/format.h>

#include "harness/measure/interrupt.h"
#include "kernels/catalog.h"

namespace assay::cli {
namespace {

Result<std::optional<measure::TunedShape>> ContestOne(const TunedFor& what, double budget_s) {
  const std::optional<measure::TunedShape> nothing;
  const auto problem = catalog::ParseShape(what.shape);
  if (!problem.ok()) return nothing;  // A network may have what the catalog has no problem for.
  ASSAY_ASSIGN_OR_RETURN(const auto results,
                         compare::Contest({&*problem, 1}, {.threads = what.threads,
                                                           .budget_s = budget_s,
                                                           .level = measure::kTunedLevel,
                                                           .margin = measure::kTunedMargin,
                                                           .stop = measure::Interrupted,
                                                           .progress = {}}));
  const compare::ContestResult& result = results.front();
  if (!result.wrong.empty()) return Error(fmt::format("wrong results: {}", result.wrong));
  if (!result.failed.empty()) return Error(result.failed);
  if (result.picked() == nullptr) return nothing;
  return std::optional(Judged(result, what.threads, measure::kTunedMargin));
}

}  // namespace

measure::TunedShape Judged(const compare::ContestResult& result, int threads, double margin) {
  const compare::Contender& picked = *result.picked();
  const Estimate& ratio = picked.standing.ratio_to_best_other;
  measure::TunedShape shape{.shape = result.problem.ToString(),
                            .threads = threads,
                            .variant = result.Winner(margin)->name,
                            .dispatch = picked.name};
  if (result.contenders.size() > 1) {
    shape.processes = std::ssize(picked.logarithms);
    shape.ratio = ratio.value;
    shape.lo = ratio.interval.lo;
    shape.hi = ratio.interval.hi;
  }
  return shape;
}

tune::VariantContest MakeVariantContest(double budget_s) {
  return [budget_s](const TunedFor& what) { return ContestOne(what, budget_s); };
}

}  // namespace assay::cli
