#include "harness/tune/run_parts.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "kernels/base/check.h"

namespace assay::tune {

Result<RunParts> RunParts::Make(const TuneConfig& config, const TuneEvents& events, Crew* crew,
                                const VariantContest& contest) {
  if (!config.accuracy && !config.exit_policy.performance_only) {
    return Error(
        fmt::format("{}: evaluation.accuracy is missing; expected labelled data, or "
                    "tuning.exit_policy.performance_only: True",
                    config.file.string()));
  }
  RunParts parts{.config = config, .events = events, .crew = crew};
  ASSAY_ASSIGN_OR_RETURN(parts.strategy, FindStrategy(config.strategy));
  std::vector<std::string> names = config.objectives.names;
  for (const Constraint& constraint : config.constraints) names.push_back(constraint.objective);
  ASSAY_ASSIGN_OR_RETURN(auto objectives, MakeObjectives(names));
  ASSAY_ASSIGN_OR_RETURN(auto ranker, Ranker::Make(config, objectives));
  parts.ranker = std::make_unique<Ranker>(std::move(ranker));
  ASSAY_ASSIGN_OR_RETURN(parts.material, Material::Make(config, events.progress));
  ASSAY_ASSIGN_OR_RETURN(auto workspace, Workspace::Open(config.workspace));
  parts.workspace = std::make_unique<Workspace>(std::move(workspace));
  ASSAY_ASSIGN_OR_RETURN(auto evaluator, Evaluator::Make(config, objectives, events.progress));
  parts.evaluator = std::make_unique<Evaluator>(std::move(evaluator));
  parts.evaluator->SetReference(&parts.material->baseline());
  parts.evaluator->SetCrew(crew);
  if (parts.material->baseline().measured_variants) {  // fp32 runs with them as well.
    ASSAY_CHECK(contest != nullptr);
    parts.variants =
        std::make_unique<MeasuredVariants>(measure::TunedCache(), contest, events.progress);
    parts.evaluator->SetVariants(parts.variants.get());
  }
  return parts;
}

}  // namespace assay::tune
