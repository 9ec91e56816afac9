// TrialRecord: one measured configuration, as the journal and the reports have it.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/measure/tuned.h"
#include "harness/quantize/config.h"
#include "kernels/base/status.h"
#include "objectives/objective.h"

namespace assay::tune {

// One objective of one model.
struct ObjectiveRecord {
  ObjectiveInfo info;
  Summary summary;
  std::optional<Change> versus_baseline;  // Paired; absent for the baseline and for exact values.
  // Of accuracy, where several metrics are configured: each by itself, named after it.
  std::vector<ObjectiveRecord> metrics = {};
};

// What an objective says of a model, and of its change from `baseline` where that is given.
ObjectiveRecord MakeRecord(const Objective& objective, const std::string& model,
                           const std::string* baseline = nullptr);
// The change in one of several metrics; nothing where either model does not have that.
std::optional<Change> CompareMetric(const Objective& objective, size_t index,
                                    const std::string& model, const std::string& baseline);

struct ModelRecord {
  std::string name;  // "fp32", "trial 7"
  std::string file;
  double int8_share = 0;  // Of the multiply-adds.
  // The share of samples on which it predicts the class that the baseline predicts.
  std::optional<Estimate> agreement;
  std::vector<ObjectiveRecord> objectives;
  // Of its kernels, where it was timed with the variants that were measured to be the fastest.
  std::vector<measure::TunedShape> variants;

  // The record of an objective, or nullptr.
  const ObjectiveRecord* Find(std::string_view objective) const;
};

// A constraint that a trial breaks.
struct Violation {
  ObjectiveInfo info;
  double value = kUnavailable;
  std::string allowed;  // "<= 1.5 MB"
};

struct TrialRecord {
  int64_t index = 0;  // From 1.
  quantize::QuantPlan plan;
  std::map<std::string, double> recipe_s;  // What each recipe of the plan took.
  ModelRecord model;
  bool feasible = false;
  // Of samples, where it was stopped for being hopeless: its latency and memory are not measured.
  std::optional<int64_t> stopped_after;
  // Of "it loses more than the criterion allows", where a confidence was asked for; of several
  // metrics the largest.
  std::optional<double> limit_p_value;
  std::vector<Violation> violations;
  bool accepted = false;  // Feasible, and better than fp32 in what was asked for.
  int timings = 0;        // How often it was timed; above 1: disturbed. 0: not at all.
  double elapsed_s = 0;   // Spent on it.
  bool resumed = false;   // Taken from the journal of an earlier process, not measured by this one.
};

// A winner on samples on which no trial was selected.
struct Confirmation {
  int64_t trial = 0;
  bool confirmed = false;
  int64_t samples = 0;
  std::optional<double> confidence;     // What was asked of it, where one was.
  std::optional<double> limit_p_value;  // As of a trial.
  ObjectiveRecord baseline;             // Their accuracies; `model` with its change.
  ObjectiveRecord model;
};

nlohmann::json ToJson(const Confirmation& confirmation);
nlohmann::json ToJson(const ObjectiveRecord& record);
nlohmann::json ToJson(const ModelRecord& record);
nlohmann::json ToJson(const Estimate& estimate);
// Its inverse; nothing for what is no estimate.
std::optional<Estimate> ParseEstimate(const nlohmann::json& text);
nlohmann::json ToJson(const std::vector<measure::TunedShape>& variants);
// Its inverse; nothing for null. Error: what is not whole.
Result<std::vector<measure::TunedShape>> ParseVariants(const nlohmann::json& text);
nlohmann::json ToJson(const TrialRecord& record);
// {"config": {"conv1": "int8 per_channel", ...}, "calibration": {...}, "recipes": [...]}
nlohmann::json ToJson(const quantize::QuantPlan& plan);
// Its inverse, of a trial record too. Error: what is not whole or known.
Result<quantize::QuantPlan> ParsePlan(const nlohmann::json& text);
// {"conv1": "int8 per_channel", ...}
nlohmann::json ToJson(const quantize::QuantConfig& config);

}  // namespace assay::tune
