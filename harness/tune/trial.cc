#include "harness/tune/trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace assay::tune {
namespace {

using nlohmann::json;

// JSON has no NaN and no infinity.
json Number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

json ToJson(const Interval& interval) {
  return {{"low", Number(interval.lo)}, {"high", Number(interval.hi)}, {"level", interval.level}};
}

json ToJson(const Change& change) {
  json result = {{"kind", change.kind == Change::Kind::kRatio ? "ratio" : "difference"},
                 {"value", Number(change.estimate.value)},
                 {"interval", ToJson(change.estimate.interval)}};
  if (change.exact_p_value) result["mcnemar_p_value"] = Number(*change.exact_p_value);
  return result;
}

}  // namespace

const ObjectiveRecord* ModelRecord::Find(std::string_view objective) const {
  const auto it = std::ranges::find_if(
      objectives, [&](const ObjectiveRecord& record) { return record.info.name == objective; });
  return it == objectives.end() ? nullptr : &*it;
}

std::optional<Change> CompareMetric(const Objective& objective, size_t index,
                                    const std::string& model, const std::string& baseline) {
  const Series &x = objective.results(model), &y = objective.results(baseline);
  if (index >= x.metrics.size() || index >= y.metrics.size()) return std::nullopt;
  return objective.Compare(x.OfMetric(index), y.OfMetric(index));
}

ObjectiveRecord MakeRecord(const Objective& objective, const std::string& model,
                           const std::string* baseline) {
  ObjectiveRecord record{objective.info(), objective.Report(model), std::nullopt};
  if (baseline != nullptr) record.versus_baseline = objective.Compare(model, *baseline);
  const Series& series = objective.results(model);
  for (size_t i = 0; i < series.metrics.size(); ++i) {
    const MetricResult& metric = series.metrics[i];
    ObjectiveRecord& alone = record.metrics.emplace_back();
    alone.info = {.name = metric.name,
                  .unit = metric.unit,
                  .higher_is_better = metric.higher_is_better,
                  .pass = objective.info().pass};
    alone.summary = objective.Report(series.OfMetric(i));
    if (baseline != nullptr) {
      alone.versus_baseline = CompareMetric(objective, i, model, *baseline);
    }
  }
  return record;
}

json ToJson(const ObjectiveRecord& record) {
  json result = {{"name", record.info.name},
                 {"unit", record.info.unit},
                 {"higher_is_better", record.info.higher_is_better},
                 {"value", Number(record.summary.value)}};
  if (record.summary.interval) result["interval"] = ToJson(*record.summary.interval);
  if (record.versus_baseline) result["versus_baseline"] = ToJson(*record.versus_baseline);
  for (const NamedValue& extra : record.summary.extras) {
    result["details"][extra.name] = {{"value", Number(extra.value)}, {"unit", extra.unit}};
  }
  for (const ObjectiveRecord& metric : record.metrics) result["metrics"].push_back(ToJson(metric));
  return result;
}

json ToJson(const ModelRecord& record) {
  json objectives = json::array();
  for (const ObjectiveRecord& objective : record.objectives)
    objectives.push_back(ToJson(objective));
  json result = {{"name", record.name},
                 {"file", record.file},
                 {"int8_share_of_macs", record.int8_share},
                 {"objectives", std::move(objectives)}};
  if (record.agreement) result["agreement"] = ToJson(*record.agreement);
  if (!record.variants.empty()) result["variants"] = ToJson(record.variants);
  return result;
}

json ToJson(const Estimate& estimate) {
  return {{"value", Number(estimate.value)}, {"interval", ToJson(estimate.interval)}};
}

std::optional<Estimate> ParseEstimate(const json& text) try {
  const json& interval = text.at("interval");
  return Estimate{text.at("value").get<double>(),
                  {interval.at("low").get<double>(), interval.at("high").get<double>(),
                   interval.at("level").get<double>()}};
} catch (const json::exception&) {
  return std::nullopt;
}

json ToJson(const std::vector<measure::TunedShape>& variants) {
  json list = json::array();
  for (const measure::TunedShape& shape : variants) list.push_back(measure::ToJson(shape));
  return list;
}

Result<std::vector<measure::TunedShape>> ParseVariants(const json& text) {
  std::vector<measure::TunedShape> variants;
  for (const json& entry : text) {
    ASSAY_ASSIGN_OR_RETURN(variants.emplace_back(), measure::ParseTunedShape(entry));
  }
  return variants;
}

json ToJson(const quantize::QuantConfig& config) {
  json result = json::object();
  for (const auto& [node, precision] : config) result[node] = std::string(Name(precision));
  return result;
}

json ToJson(const quantize::QuantPlan& plan) {
  json recipes = json::array();
  for (const quantize::RecipeEntry& entry : quantize::AllRecipes()) {
    if (plan.recipes.*entry.field) recipes.push_back(entry.name);
  }
  json calibration = {{"algorithm", plan.calibration}};
  for (const auto& [node, algorithm] : plan.calibration_of) {
    calibration["operators"][node] = algorithm;
  }
  json text = {{"config", ToJson(plan.operators)},
               {"calibration", std::move(calibration)},
               {"recipes", std::move(recipes)}};
  if (plan.threads > 0) text["threads"] = plan.threads;
  if (!plan.variants.empty()) text["variants"] = plan.variants;
  return text;
}

Result<quantize::QuantPlan> ParsePlan(const json& text) try {
  quantize::QuantPlan plan;
  for (const auto& [node, precision] : text.at("config").items()) {
    ASSAY_ASSIGN_OR_RETURN(plan.operators[node],
                           quantize::ParsePrecision(precision.get<std::string>()));
  }
  const json& calibration = text.at("calibration");
  calibration.at("algorithm").get_to(plan.calibration);
  const json of = calibration.value("operators", json::object());
  for (const auto& [node, algorithm] : of.items()) algorithm.get_to(plan.calibration_of[node]);
  plan.threads = text.value("threads", 0);
  plan.variants = text.value("variants", "");
  for (const json& name : text.at("recipes")) {
    const auto entry = std::ranges::find(quantize::AllRecipes(), name.get<std::string>(),
                                         [](const auto& known) { return std::string(known.name); });
    if (entry == quantize::AllRecipes().end()) return Error("unknown recipe " + name.dump());
    plan.recipes.*entry->field = true;
  }
  return plan;
} catch (const json::exception& error) {
  return Error(fmt::format("is not a whole plan: {}", error.what()));
}

json ToJson(const TrialRecord& record) {
  json result = ToJson(record.plan);
  result["trial"] = record.index;
  result["recipe_s"] = record.recipe_s;
  result["model"] = ToJson(record.model);
  result["feasible"] = record.feasible;
  result["accepted"] = record.accepted;
  for (const Violation& violation : record.violations) {
    result["violations"].push_back({{"objective", violation.info.name},
                                    {"value", Number(violation.value)},
                                    {"allowed", violation.allowed}});
  }
  result["elapsed_s"] = record.elapsed_s;
  result["timings"] = record.timings;
  if (record.stopped_after) result["stopped_after_samples"] = *record.stopped_after;
  if (record.limit_p_value) result["limit_p_value"] = Number(*record.limit_p_value);
  return result;
}

json ToJson(const Confirmation& confirmation) {
  json result = {{"trial", confirmation.trial},
                 {"confirmed", confirmation.confirmed},
                 {"samples", confirmation.samples},
                 {"baseline", ToJson(confirmation.baseline)},
                 {"model", ToJson(confirmation.model)}};
  if (confirmation.confidence) result["confidence"] = *confirmation.confidence;
  if (confirmation.limit_p_value) result["limit_p_value"] = Number(*confirmation.limit_p_value);
  return result;
}

}  // namespace assay::tune
