#include "harness/compare/contest.h"

#include <algorithm>
#include <limits>

namespace assay::compare {
namespace {

// Of the time, for the first step.
constexpr double kFirstShare = 0.25;

}  // namespace

std::vector<std::string> Contenders(const VariantComparison& comparison, int most, double slack) {
  std::vector<const VariantTimes*> others;
  double least = std::numeric_limits<double>::infinity();
  for (const VariantTimes& variant : comparison.variants) {
    least = std::min(least, variant.warm.median_s);
    if (!variant.picked) others.push_back(&variant);
  }
  const auto time = [](const VariantTimes* variant) { return variant->warm.median_s; };
  std::ranges::sort(others, {}, time);
  std::erase_if(others, [&](const auto* variant) { return time(variant) > slack * least; });
  others.resize(std::min(others.size(), static_cast<size_t>(most)));
  std::vector<std::string> names;
  for (const VariantTimes& variant : comparison.variants) {
    if (variant.picked || std::ranges::find(others, &variant) != others.end()) {
      names.push_back(variant.name);
    }
  }
  return names;
}

Result<VariantComparison> Contest(const catalog::Problem& problem, const VariantOptions& options) {
  VariantOptions step = options;
  step.budget_s = kFirstShare * options.budget_s;
  ASSAY_ASSIGN_OR_RETURN(VariantComparison first, CompareVariants(problem, step));
  if (!first.wrong.empty() || first.interrupted) return std::move(first);
  step.names = Contenders(first);
  if (step.names.size() < 2) return std::move(first);
  step.budget_s = options.budget_s - step.budget_s;
  step.seed = options.seed + 1;
  return CompareVariants(problem, step);
}

}  // namespace assay::compare
