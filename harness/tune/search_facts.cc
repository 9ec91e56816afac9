#include "harness/tune/search_facts.h"

#include <cmath>
#include <optional>

#include "harness/tune/discrete_space.h"
#include "harness/tune/settings.h"

namespace assay::tune {
namespace {

// What measured variants make of an operator counts, where nothing else is asked for.
Result<std::optional<Tuning>> TuningOfFacts(const RunParts& parts) {
  if (parts.variants == nullptr || parts.config.variants.size() > 1) {
    return std::optional<Tuning>();
  }
  Material& material = *parts.material;
  const DiscreteSpace operators(material.space().ops);
  quantize::QuantPlan plan;
  plan.operators = operators.Config(operators.First());
  plan.calibration = material.space().algorithms.front();
  ASSAY_ASSIGN_OR_RETURN(const auto whole, material.quantizer().Quantize(plan));
  for (const Graph* graph : {&material.source(), &whole.graph}) {
    ASSAY_RETURN_IF_ERROR(parts.evaluator->SettleVariants(*graph, 1, 1).status());
  }
  return std::optional(parts.variants->tuning());
}

}  // namespace

bool WantsFacts(const RunParts& parts) {
  return parts.strategy->wants_facts && !parts.config.exit_policy.performance_only;
}

size_t FactSettings(const RunParts& parts) {
  return parts.strategy->chooses_settings ? AllSettings(parts.material->space()).size() : 0;
}

Result<ModelFacts> MeasureSearchFacts(const RunParts& parts, double trial_s) {
  Material& material = *parts.material;
  ASSAY_ASSIGN_OR_RETURN(auto tuning, TuningOfFacts(parts));
  std::optional<TuningScope> follow;
  if (tuning) follow.emplace(std::move(tuning));
  ASSAY_ASSIGN_OR_RETURN(
      ModelFacts facts,
      material.MeasureFacts(material.space().algorithms.front(), parts.config.performance.threads));
  if (parts.strategy->chooses_settings) {
    ASSAY_ASSIGN_OR_RETURN(SettingsFacts settings,
                           material.MeasureSettings([&](int64_t first, auto inputs) {
                             return parts.evaluator->LoadInputs(first, inputs);
                           }));
    facts.settings_error = std::move(settings.error);
    facts.settings_s = std::move(settings.seconds);
  }
  facts.trial_s = trial_s;
  return facts;
}

void SetGoal(const TuneConfig& config, double baseline_accuracy, ModelFacts& facts) {
  const CriterionConfig& criterion = config.criterion;
  facts.loss_limit = criterion.limit * (criterion.relative ? std::abs(baseline_accuracy) : 1);
  const ObjectivesConfig& asked = config.objectives;
  double latency = 0, bytes = 0, all = 0;
  for (size_t i = 0; i < asked.names.size(); ++i) {
    if (asked.names[i] == "accuracy") continue;
    const double weight = asked.weights.size() == asked.names.size() ? asked.weights[i] : 1;
    all += weight;
    if (asked.names[i] == "performance") latency += weight;
    if (asked.names[i] == "modelsize" || asked.names[i] == "footprint") bytes += weight;
  }
  if (all <= 0) return;  // Nothing but accuracy: as if latency had been asked for.
  facts.latency_weight = latency / all;
  facts.bytes_weight = bytes / all;
}

}  // namespace assay::tune
