#include "harness/tune/result.h"

#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/file/write_whole.h"
#include "harness/measure/machine.h"

namespace assay::tune {
namespace {

using nlohmann::json;

json Criterion(const CriterionConfig& criterion) {
  json asked = {{criterion.relative ? "relative" : "absolute", criterion.limit},
                {"higher_is_better", criterion.higher_is_better}};
  if (criterion.confidence) asked["confidence"] = *criterion.confidence;
  return asked;
}

// {"modelsize": "<= 1.5 MB"}
json Constraints(const std::vector<Constraint>& constraints) {
  json asked = json::object();
  for (const Constraint& constraint : constraints) asked[constraint.objective] = constraint.text;
  return asked;
}

json Confirmations(const TuneResult& result) {
  json tried = json::array();
  for (const Confirmation& confirmation : result.confirmations) {
    tried.push_back(ToJson(confirmation));
  }
  return tried;
}

json Front(const TuneResult& result) {
  json front = json::array();
  for (size_t index : result.ranking.front) {
    const auto& score = result.ranking.trials[index].score;
    front.push_back(
        {{"trial", result.trials[index].index}, {"score", score ? json(*score) : json(nullptr)}});
  }
  return front;
}

json Asked(const ObjectivesConfig& objectives) {
  json asked = {{"objectives", objectives.names}, {"normalization", objectives.normalization}};
  if (!objectives.weights.empty()) asked["weight"] = objectives.weights;
  if (!objectives.higher_is_better.empty()) asked["higher_is_better"] = objectives.higher_is_better;
  return asked;
}

}  // namespace

onnx::ExportOptions ExportMetadata(int64_t calibration_samples, const quantize::QuantPlan& plan) {
  onnx::ExportOptions options;
  options.metadata["assay.version"] = ASSAY_VERSION;
  options.metadata["assay.calibration"] =
      fmt::format("{}, {} samples", plan.calibration, calibration_samples);
  options.metadata["assay.recipes"] = ToString(plan.recipes);
  if (plan.threads > 0) options.metadata["assay.threads"] = fmt::format("{}", plan.threads);
  options.metadata["assay.config"] =
      ToJson(plan.operators).dump(-1, ' ', false, json::error_handler_t::replace);
  return options;
}

Status WriteResult(const TuneConfig& config, const TuneResult& result) {
  json text = {
      {"schema", 1},
      {"status", result.interrupted ? "interrupted" : Name(result.status)},
      {"exit_code", result.exit_code()},
      {"model", {{"name", config.model_name}, {"path", config.model_path.string()}}},
      {"configuration",
       {{"file", std::filesystem::absolute(config.file).string()}, {"set", config.overrides}}},
      {"strategy", config.strategy},
      {"asked", Asked(config.objectives)},
      {"accuracy_criterion", Criterion(config.criterion)},
      {"constraints", Constraints(config.constraints)},
      {"baseline", ToJson(result.baseline)},
      {"best", nullptr},
      {"best_file", result.best_file.string()},
      {"variants_file",
       result.variants_file.empty() ? json(nullptr) : json(result.variants_file.string())},
      {"confirmed", result.confirmed ? json(*result.confirmed) : json(nullptr)},
      {"confirmations", Confirmations(result)},
      {"trials", result.trials.size()},
      {"pareto_front", Front(result)},
      {"hypervolume",
       result.ranking.hypervolume ? json(*result.ranking.hypervolume) : json(nullptr)},
      {"warnings", result.warnings},
      {"machine", measure::ToJson(measure::ThisMachine())},
      {"versions", {{"assay", ASSAY_VERSION}}},
      {"random_seed", config.random_seed},
      {"unix_time", std::time(nullptr)}};
  if (result.best) text["best"] = ToJson(result.trials[*result.best]);
  return WriteWhole(result.result_file,
                    text.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

Status CopyWhole(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::ifstream stream(from, std::ios::binary);
  std::stringstream bytes;
  bytes << stream.rdbuf();
  if (!stream) return Error(fmt::format("{}: cannot be read", from.string()));
  return WriteWhole(to, bytes.str());
}

}  // namespace assay::tune
