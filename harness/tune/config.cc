#include "harness/tune/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "harness/quantize/observer.h"
#include "harness/tune/config_accuracy.h"
#include "harness/tune/config_data.h"
#include "harness/tune/plugin.h"
#include "harness/tune/strategy.h"
#include "harness/tune/yaml_field.h"
#include "kernels/base/nearest_name.h"
#include "objectives/registry.h"

namespace assay::tune {
namespace {

namespace fs = std::filesystem;

// Keys that change no trial, or whose contents are hashed rather than their names.
constexpr std::string_view kNotOfTheIdentity[] = {
    "version",
    "threads",
    "model.name",
    "model.path",
    "quantization.calibration.dataloader.dataset",
    "quantization.calibration.dataloader.transform",
    "evaluation.accuracy.dataloader.dataset",
    "evaluation.accuracy.dataloader.transform",
    "evaluation.confirmation.dataloader.dataset",
    "evaluation.confirmation.dataloader.transform",
    "tuning.exit_policy.max_trials",
    "tuning.exit_policy.timeout",
    "tuning.random_seed",
    "tuning.workspace",
};

// "{a: 1, b: [2, 3]}" with the keys in order, without the parts above. Aliases may repeat a little
// text often, or a map in itself: what is left of `budget`, and `depth`, end that.
std::string Canonical(const Field& field, size_t& budget, int depth = 0) {
  constexpr int kDeepest = 64;
  std::vector<std::string> parts;
  if (depth > kDeepest || budget == 0) {
    field.Reject("is nested too deeply, or repeated too often");
  } else if (field.is_list()) {
    for (const Field& item : field.Items()) parts.push_back(Canonical(item, budget, depth + 1));
  } else if (field.is_map()) {
    for (const auto& [key, value] : field.Entries()) {
      if (std::ranges::count(kNotOfTheIdentity, value.path()) > 0) continue;
      const std::string text = Canonical(value, budget, depth + 1);
      if (text != "{}") parts.push_back(fmt::format("{}: {}", key, text));
    }
    std::ranges::sort(parts);
  } else {
    std::string text = field.String("");
    budget -= std::min(budget, text.size() + 1);
    return text;
  }
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

CalibrationConfig ReadCalibration(const Field& quantization, const fs::path& base_dir) {
  const Field field = quantization["calibration"];
  field.Allow({"sampling_size", "dataloader", "algorithm"});
  CalibrationConfig config;
  // INC takes a list of sizes to try; the first is what it starts with.
  const std::vector<Field> sizes = field["sampling_size"].Items();
  if (sizes.size() > 1) field["sampling_size"].Warn("only the first size is used");
  if (!sizes.empty()) config.sampling_size = sizes[0].Int(1, 10'000'000);
  if (!field["dataloader"].present()) {
    field["dataloader"].Reject("is missing; calibration needs samples, from the training data");
    return config;
  }
  config.data = ReadData(field["dataloader"], base_dir);
  return config;
}

// Names of calibration algorithms; nothing when absent.
std::vector<std::string> ReadAlgorithms(const Field& field) {
  std::vector<std::string> names;
  for (const Field& item : field.Items()) {
    names.push_back(item.String());
    const auto known = FindEntry("calibration algorithm", names.back(), quantize::AllObservers());
    if (!names.back().empty() && !known.ok()) item.Reject(known.message());
  }
  return names;
}

// Whether `choice` is among the items; all are when absent.
bool Among(const Field& field, std::initializer_list<std::string_view> allowed,
           std::string_view choice) {
  bool found = !field.present();
  for (const Field& item : field.Items()) found |= item.Choice(allowed) == choice;
  return found;
}

// {activation: {...}, weight: {...}} in the words of INC.
OperatorRule ReadRule(const Field& field, OperatorRule::Scope scope, std::string name) {
  field.Allow({"activation", "weight"});
  const Field activation = field["activation"], weight = field["weight"];
  activation.Allow({"dtype", "algorithm", "scheme", "granularity"}, {"bit", "quant_mode"});
  weight.Allow({"dtype", "scheme", "granularity", "algorithm"}, {"bit"});
  OperatorRule rule;
  rule.scope = scope;
  rule.name = std::move(name);
  rule.where = fmt::format("{}: {}", field.where(), field.path());
  rule.algorithms = ReadAlgorithms(activation["algorithm"]);
  const auto both = [](const Field& dtype, std::string_view int8) {
    return std::pair{Among(dtype, {int8, "fp32"}, int8), Among(dtype, {int8, "fp32"}, "fp32")};
  };
  const auto [activation_int8, activation_fp32] = both(activation["dtype"], "uint8");
  const auto [weight_int8, weight_fp32] = both(weight["dtype"], "int8");
  rule.int8 = activation_int8 && weight_int8;
  rule.fp32 = activation_fp32 && weight_fp32;
  if (!rule.int8 && !rule.fp32) field.Reject("activation and weight have no dtype in common");
  rule.per_channel = Among(weight["granularity"], {"per_channel", "per_tensor"}, "per_channel");
  rule.per_tensor = Among(weight["granularity"], {"per_channel", "per_tensor"}, "per_tensor");
  // Activations are u8, asymmetric, per tensor; weights symmetric.
  Among(activation["scheme"], {"asym"}, "asym");
  Among(activation["granularity"], {"per_tensor"}, "per_tensor");
  Among(weight["scheme"], {"sym"}, "sym");
  if (scope != OperatorRule::Scope::kModel && weight["algorithm"].present()) {
    weight["algorithm"].Reject("is known in model_wise alone");
  }
  return rule;
}

// Every combination of the values asked for; the first has the first of each.
void TryBoth(const Field& field, bool quantize::Recipes::*recipe, const std::vector<bool>& values,
             std::vector<quantize::Recipes>& sets) {
  std::vector<quantize::Recipes> combined;
  for (const bool value : values) {
    for (quantize::Recipes set : sets) {
      set.*recipe = value;
      combined.push_back(set);
    }
  }
  if (values.empty()) field.Reject("expected True, False, or a list of both");
  sets = std::move(combined);
}

void ReadRecipes(const Field& field, const Field& weight_algorithm, QuantizationConfig& config) {
  field.Allow(
      {"cross_layer_equalization", "weight_clipping", "adaptive_rounding", "bias_correction",
       "first_conv_or_matmul_quantization", "last_conv_or_matmul_quantization"},
      {"scale_propagation_max_pooling", "scale_propagation_concat", "fast_bias_correction",
       "weight_correction"});
  config.first_quantized = field["first_conv_or_matmul_quantization"].Bool(true);
  config.last_quantized = field["last_conv_or_matmul_quantization"].Bool(true);
  bool asked = false;
  for (const quantize::RecipeEntry& entry : quantize::AllRecipes()) {
    const Field recipe = field[entry.name];
    if (!recipe.present()) continue;
    asked = true;
    std::vector<bool> values;
    for (const Field& item : recipe.Items()) values.push_back(item.Bool());
    TryBoth(recipe, entry.field, values, config.recipes);
  }
  if (weight_algorithm.present()) {  // INC's word for it: how weights get their scales.
    asked = true;
    std::vector<bool> values;
    for (const Field& item : weight_algorithm.Items()) {
      values.push_back(item.Choice({"minmax", "mse"}) == "mse");
    }
    TryBoth(weight_algorithm, &quantize::Recipes::weight_clipping, values, config.recipes);
  }
  config.open_recipes = !asked;
  if (asked) return;
  config.rescue.resize(2);
  config.rescue[0].bias_correction = true;
  config.rescue[1] = {
      .cross_layer_equalization = true, .adaptive_rounding = true, .bias_correction = true};
}

void ReadQuantization(const Field& field, const fs::path& base_dir, TuneConfig& config) {
  field.Allow({"approach", "calibration", "recipes", "model_wise", "optype_wise", "op_wise"},
              {"quant_format", "optimization_level", "train"});
  field["approach"].Choice({"post_training_static_quant"}, "post_training_static_quant");
  if (field["calibration"].present()) config.calibration = ReadCalibration(field, base_dir);
  QuantizationConfig& quantization = config.quantization;
  const Field model_wise = field["model_wise"];
  const auto by_calibration = ReadAlgorithms(field["calibration"]["algorithm"]);
  if (!by_calibration.empty()) quantization.algorithms = by_calibration;
  if (model_wise.present()) {
    quantization.rules.push_back(ReadRule(model_wise, OperatorRule::Scope::kModel, ""));
    const auto& algorithms = quantization.rules.back().algorithms;
    if (!algorithms.empty()) quantization.algorithms = algorithms;
  }
  for (const auto& [key, scope] : {std::pair{"optype_wise", OperatorRule::Scope::kType},
                                   std::pair{"op_wise", OperatorRule::Scope::kName}}) {
    for (const auto& [name, rule] : field[key].Entries()) {
      quantization.rules.push_back(ReadRule(rule, scope, name));
    }
  }
  ReadRecipes(field["recipes"], model_wise["weight"]["algorithm"], quantization);
}

PerformanceConfig ReadPerformance(const Field& field) {
  field.Allow({"warmup", "iteration", "configs", "batch_size"}, {"dataloader", "postprocess"});
  const Field configs = field["configs"];
  configs.Allow({"cores_per_instance", "intra_num_of_threads"},
                {"num_of_instance", "inter_num_of_threads", "kmp_blocktime"});
  PerformanceConfig config;
  config.warmup = static_cast<double>(field["warmup"].Int(0, 1'000'000, 10));
  config.iteration = field["iteration"].Int(5, 1'000'000, 100);
  config.batch_size = field["batch_size"].Int(1, 4096, 1);
  const int64_t cores = configs["cores_per_instance"].Int(1, 1024, 1);
  config.threads = static_cast<int>(configs["intra_num_of_threads"].Int(1, 1024, cores));
  return config;
}

CriterionConfig ReadCriterion(const Field& field) {
  field.Allow({"relative", "absolute", "higher_is_better", "confidence"});
  CriterionConfig config;
  if (field["relative"].present() && field["absolute"].present()) {
    field.Reject("found both 'relative' and 'absolute', expected exactly one of them");
  }
  config.relative = !field["absolute"].present();
  config.limit = config.relative ? field["relative"].Number(-1, 1, 0.01)
                                 : field["absolute"].Number(-kHuge, kHuge);
  config.higher_is_better = field["higher_is_better"].Bool(true);
  const Field limit = field[config.relative ? "relative" : "absolute"];
  if (config.relative && std::fabs(config.limit) == 1) {
    limit.Reject(fmt::format("found {}, expected a number between -1 and 1; 0.01 is one percent",
                             config.limit));
  }
  const Field confidence = field["confidence"];
  if (!confidence.present()) return config;
  config.confidence = confidence.Number(0, 1);
  if (*config.confidence <= 0.5 || *config.confidence >= 1) {
    confidence.Reject(fmt::format("found {}, expected a number above 0.5 and below 1, such as 0.95",
                                  *config.confidence));
  }
  return config;
}

// Certainty that was asked for is checked on samples of its own, unless these are refused.
ConfirmationConfig ReadConfirmation(const Field& field, const fs::path& base_dir, bool certain) {
  constexpr double kShare = 0.3;
  field.Allow({"share", "dataloader"});
  ConfirmationConfig config;
  const Field share = field["share"], own = field["dataloader"];
  const Field& said = own.present() ? field : share;
  config.where = fmt::format("{}: {}", said.where(), said.path());
  if (field.present() && share.present() == own.present()) {
    field.Reject("expected either 'share', of the samples of evaluation.accuracy, or 'dataloader'");
  } else if (own.present()) {
    config.data = ReadData(own, base_dir);
  } else {
    config.share = share.Number(0, 0.9, certain ? kShare : 0);
  }
  return config;
}

// The name of a built-in or registered objective.
std::string ReadObjective(const Field& field, std::optional<std::string> fallback = {}) {
  const std::string name = field.String(std::move(fallback));
  const auto found = FindObjective(name);
  if (!name.empty() && !found.ok()) field.Reject(found.message());
  return name;
}

ObjectivesConfig ReadObjectives(const Field& tuning) {
  ObjectivesConfig config;
  const Field single = tuning["objective"];
  const Field multi = tuning["multi_objectives"];
  if (single.present() && multi.present()) {
    multi.Reject("found beside 'objective', expected one of the two");
    return config;
  }
  if (!multi.present()) {
    config.names = {ReadObjective(single, "performance")};
    config.where = single.where();
    return config;
  }
  multi.Allow({"objective", "higher_is_better", "weight", "normalization"});
  config.multi = true;
  config.names.clear();
  for (const Field& name : multi["objective"].Items()) config.names.push_back(ReadObjective(name));
  if (config.names.empty()) multi["objective"].Reject("expected a list of objectives");
  for (const Field& flag : multi["higher_is_better"].Items()) {
    config.higher_is_better.push_back(flag.Bool());
  }
  for (const Field& weight : multi["weight"].Items()) {
    config.weights.push_back(weight.Number(-kHuge, kHuge));
  }
  config.normalization = multi["normalization"].Choice({"pareto", "trials"}, "pareto");
  config.where = multi.where();
  return config;
}

// {modelsize: "<= 1.5 MB"}
std::vector<Constraint> ReadConstraints(const Field& field, const TuneConfig& config) {
  std::vector<Constraint> constraints;
  if (!field.present()) return constraints;
  for (const auto& [name, limit] : field.Entries()) {
    auto info = FindObjective(name);
    if (info.ok() && name == "accuracy" && config.accuracy) info = AccuracyInfo(*config.accuracy);
    if (!info.ok()) {
      limit.Reject(info.message());
      continue;
    }
    auto constraint = Constraint::Parse(*info, limit.String());
    if (constraint.ok()) {
      constraints.push_back(*std::move(constraint));
    } else if (limit.is_scalar()) {
      limit.Reject(constraint.message());
    }
  }
  return constraints;
}

// {threads: [1, 2], variants: measured}
void ReadSpace(const Field& space, TuneConfig& config) {
  space.Allow({"threads", "variants", "contest"});
  const auto add = [](const Field& item, auto value, auto& values) {
    if (std::ranges::count(values, value) > 0) item.Reject(fmt::format("found {} twice", value));
    values.push_back(std::move(value));
  };
  for (const Field& item : space["threads"].Items()) {
    add(item, static_cast<int>(item.Int(1, 1024)), config.thread_counts);
  }
  for (const Field& item : space["variants"].Items()) {
    add(item, item.Choice({"dispatch", "measured"}), config.variants);
  }
  config.contest_s = space["contest"].Number(0.001, 3600, config.contest_s);
}

void ReadTuning(const Field& field, const fs::path& base_dir, TuneConfig& config) {
  field.Allow({"strategy", "accuracy_criterion", "objective", "multi_objectives", "exit_policy",
               "random_seed", "workspace", "constraints", "plugins", "space"},
              {"tensorboard", "diagnosis"});
  for (const Field& plugin : field["plugins"].Items()) {  // Their names are used below.
    const Status loaded = LoadPlugin(base_dir / plugin.String());
    if (!loaded.ok()) plugin.Reject(loaded.message());
  }
  const Field strategy = field["strategy"];
  if (strategy.is_map()) {
    strategy.Allow({"name"},
                   {"sigopt_api_token", "sigopt_project_id", "sigopt_experiment_name",
                    "accuracy_weight", "latency_weight", "confidence_batches", "hawq_v2_loss"});
  }
  const Field name = strategy.is_map() ? strategy["name"] : strategy;
  config.strategy = name.String("basic");
  const auto known = FindStrategy(config.strategy);
  if (!known.ok()) name.Reject(known.message());
  config.criterion = ReadCriterion(field["accuracy_criterion"]);
  config.objectives = ReadObjectives(field);
  config.constraints = ReadConstraints(field["constraints"], config);
  ReadSpace(field["space"], config);
  const Field exit = field["exit_policy"];
  exit.Allow({"timeout", "max_trials", "performance_only"});
  config.exit_policy.timeout_s = exit["timeout"].Number(0, kHuge, 0);
  config.exit_policy.max_trials = exit["max_trials"].Int(1, 1'000'000, 100);
  config.exit_policy.performance_only = exit["performance_only"].Bool(false);
  config.random_seed = static_cast<uint64_t>(field["random_seed"].Int(0, INT64_MAX, 9527));
  field["workspace"].Allow({"path", "resume", "front"});
  config.workspace = field["workspace"]["path"].String("assay_workspace");
  config.export_front = field["workspace"]["front"].Bool(false);
  const Field resume = field["workspace"]["resume"];
  if (resume.present()) config.resume = resume.Bool() ? Resume::kTrue : Resume::kFalse;
}

void ReadModel(const Field& field, const fs::path& base_dir, TuneConfig& config) {
  field.Allow({"name", "framework", "path"}, {"inputs", "outputs"});
  config.model_name = field["name"].String("");
  field["framework"].Choice(
      {"onnxrt_qdq", "onnxrt_qdqops", "onnxrt_qlinearops", "onnxrt_integerops"}, "onnxrt_qdq");
  const std::string path = field["path"].String("");
  if (!path.empty()) config.model_path = base_dir / path;
  if (config.model_name.empty()) config.model_name = config.model_path.stem().string();
}

}  // namespace

Result<TuneConfig> ParseConfig(const std::string& text, const fs::path& file,
                               const std::vector<std::string>& overrides) {
  ASSAY_ASSIGN_OR_RETURN(const Field root, Field::Parse(text, file.string(), overrides));
  root.Allow({"version", "model", "device", "quantization", "evaluation", "tuning", "threads",
              "winograd_budget"},
             {"pruning", "distillation", "nas", "mixed_precision", "graph_optimization"});
  TuneConfig config;
  config.file = file;
  config.overrides = overrides;
  const fs::path base_dir = file.parent_path();
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  config.threads = static_cast<int>(root["threads"].Int(1, 1024, cores));
  config.winograd_bytes = root["winograd_budget"].Int(0, INT64_MAX, config.winograd_bytes);
  root["device"].Choice({"cpu"}, "cpu");
  root["version"].Choice({"1", "1.0", "1.1", "1.2"}, "1.0");
  ReadModel(root["model"], base_dir, config);
  ReadQuantization(root["quantization"], base_dir, config);
  const Field evaluation = root["evaluation"];
  evaluation.Allow({"accuracy", "confirmation", "performance"}, {"diagnosis"});
  if (evaluation["accuracy"].present()) {
    config.accuracy = ReadAccuracy(evaluation["accuracy"], base_dir);
  }
  config.performance = ReadPerformance(evaluation["performance"]);
  ReadTuning(root["tuning"], base_dir, config);
  const bool judged = config.accuracy && !config.exit_policy.performance_only;
  if (const Field limit = root["tuning"]["constraints"]["accuracy"]; limit.present() && !judged) {
    limit.Reject(
        "found without evaluation.accuracy, or with exit_policy.performance_only, so that "
        "no accuracy is measured");
  }
  CheckMetrics(root, config);
  config.confirmation = ReadConfirmation(evaluation["confirmation"], base_dir,
                                         config.criterion.confidence.has_value());
  ASSAY_RETURN_IF_ERROR(root.status());
  size_t budget = size_t{4} << 20;
  config.identity = Canonical(root, budget);
  ASSAY_RETURN_IF_ERROR(root.status());
  config.warnings = root.warnings();
  return config;
}

Result<TuneConfig> LoadConfig(const fs::path& file, const std::vector<std::string>& overrides) {
  ASSAY_ASSIGN_OR_RETURN(const std::string text, ReadConfigText(file));
  return ParseConfig(text, file, overrides);
}

Result<data::Pipeline> OpenPipeline(const DataConfig& config) {
  ASSAY_ASSIGN_OR_RETURN(auto dataset, data::OpenDataset(config.dataset, config.options));
  return data::Pipeline::Make(std::move(dataset), config.pipeline);
}

}  // namespace assay::tune
