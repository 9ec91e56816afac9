// TuneConfig: what a user asks for, read from YAML in the words of Intel Neural Compressor 1.x.
// Keys that INC has and Assay does not support give a warning that names them; unknown keys an
// error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/data/metric_set.h"
#include "harness/data/pipeline.h"
#include "harness/quantize/recipes.h"
#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "objectives/constraint.h"

namespace assay::tune {

// Labelled images on their way into a model.
struct DataConfig {
  std::string dataset;  // "FashionMNIST"
  data::Options options;
  data::PipelineSpec pipeline;
  int64_t batch_size = 32;
};

struct CalibrationConfig {
  int64_t sampling_size = 100;
  DataConfig data;
};

// What a configuration allows an operator: by model_wise, optype_wise or op_wise.
struct OperatorRule {
  enum class Scope : uint8_t { kModel, kType, kName };

  Scope scope = Scope::kModel;
  std::string name;  // An operator type; or a node's name, in which *, ? and [a-z] are patterns.
  bool int8 = true, fp32 = true;
  bool per_channel = true, per_tensor = true;  // Of weights.
  std::vector<std::string> algorithms;         // Of calibration; empty: those of the model.
  std::string where;                           // "tune.yaml:31: quantization.op_wise.conv1"
};

struct QuantizationConfig {
  std::vector<std::string> algorithms = {"minmax"};  // Of calibration, each to be tried.
  std::vector<quantize::Recipes> recipes = {quantize::Recipes()};  // Each to be tried.
  // To be tried before operators fall back to fp32: where the configuration is silent about
  // recipes.
  std::vector<quantize::Recipes> rescue;
  bool open_recipes = true;                            // Whether it is silent about them.
  bool first_quantized = true, last_quantized = true;  // Of convolutions and products.
  std::vector<OperatorRule> rules;                     // The more special ones come later.
};

struct AccuracyConfig {
  // One; or those of multi_metrics, each of which must meet its target, or, with weights (that sum
  // to 1), their weighted mean.
  std::vector<data::MetricSpec> metrics;
  std::vector<double> weights;
  DataConfig data;

  // Whether each metric is judged by itself.
  bool several() const { return metrics.size() > 1 && weights.empty(); }
};

struct PerformanceConfig {
  int64_t batch_size = 1;
  int threads = 1;
  double warmup = 10;       // Inferences before timing; more until it is stable.
  int64_t iteration = 100;  // Timed rounds, at least.
};

struct CriterionConfig {
  bool relative = true;
  double limit = 0.01;
  bool higher_is_better = true;
  std::optional<double> confidence;
};

// The samples on which a winner is confirmed: a random share of those of evaluation.accuracy, on
// which no trial is then selected, or others. A share of 0: nothing is confirmed.
struct ConfirmationConfig {
  double share = 0;
  std::optional<DataConfig> data;
  std::string where;  // "tune.yaml:31: evaluation.confirmation"

  bool wanted() const { return share > 0 || data; }
};

// The single `objective` is a list of one.
struct ObjectivesConfig {
  bool multi = false;
  std::vector<std::string> names = {"performance"};
  std::vector<bool> higher_is_better;  // Empty: each objective's own direction.
  std::vector<double> weights;         // Empty: equal.
  std::string normalization = "pareto";
  std::string where;  // "tune.yaml:31", for errors of their meaning.
};

struct ExitPolicyConfig {
  double timeout_s = 0;
  int64_t max_trials = 100;
  bool performance_only = false;
};

// Whether an earlier run in the workspace is continued (workspace.h).
enum class Resume : uint8_t { kAuto, kTrue, kFalse };

struct TuneConfig {
  std::filesystem::path file;
  std::vector<std::string> overrides;  // "key.path=value", as they were given.
  // All that was asked for, in one canonical text, but for the parts that change no trial: places
  // of files (their contents count elsewhere), threads, and for how long to search.
  std::string identity;
  std::string model_name;
  std::filesystem::path model_path;
  int threads = 1;  // Of everything that is not timed: accuracy, calibration.
  int64_t winograd_bytes = KernelOptions().winograd_bytes;  // Of every plan.
  std::optional<CalibrationConfig> calibration;
  QuantizationConfig quantization;
  std::optional<AccuracyConfig> accuracy;
  ConfirmationConfig confirmation;
  PerformanceConfig performance;
  std::string strategy = "basic";
  CriterionConfig criterion;
  ObjectivesConfig objectives;
  std::vector<Constraint> constraints;
  // tuning.space.threads: with how many threads a trial's model may run; empty: with those of
  // `performance`, as fp32 always does.
  std::vector<int> thread_counts;
  // tuning.space.variants: "dispatch", "measured" or both, to be tried; empty: dispatch's own.
  std::vector<std::string> variants;
  double contest_s = 3;  // tuning.space.contest: of rounds, for each shape that is contested.
  ExitPolicyConfig exit_policy;
  uint64_t random_seed = 9527;  // INC's default.
  std::filesystem::path workspace = "assay_workspace";
  bool export_front = false;  // Writes front/trial_N.onnx for every trial of the Pareto front.
  Resume resume = Resume::kAuto;
  std::vector<std::string> warnings;
};

// Relative paths of inputs are relative to the file's folder, the workspace to the working
// directory. `overrides` are "key.path=value". Error: one sentence with file, line, key, what was
// found and what is allowed.
Result<TuneConfig> LoadConfig(const std::filesystem::path& file,
                              const std::vector<std::string>& overrides = {});
Result<TuneConfig> ParseConfig(const std::string& text, const std::filesystem::path& file,
                               const std::vector<std::string>& overrides = {});

// What `accuracy` is with these metrics: its direction; the metric's name, where that is not topk;
// and as unit nothing for a share in [0, 1], else the metric's name.
ObjectiveInfo AccuracyInfo(const AccuracyConfig& accuracy);

// Opens the dataset with its transforms. Error: as data::OpenDataset and Pipeline::Make.
Result<data::Pipeline> OpenPipeline(const DataConfig& config);

}  // namespace assay::tune
