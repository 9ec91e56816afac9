#include "harness/tune/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

#include "harness/quantize/observer.h"
#include "harness/tune/plugin.h"
#include "harness/tune/strategy.h"
#include "harness/tune/yaml_field.h"
#include "kernels/base/nearest_name.h"
#include "objectives/registry.h"

namespace assay::tune {
namespace {

namespace fs = std::filesystem;

constexpr double kHuge = 1e18;

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

// A scalar or a flat list, as text.
data::Option ReadOption(const Field& field) {
  data::Option option("");
  if (field.is_list()) {
    std::vector<std::string> items;
    for (const Field& item : field.Items()) items.push_back(item.String());
    option = data::Option::List(std::move(items));
  } else {
    option = data::Option(field.String());
  }
  option.where = fmt::format("{}: {}", field.where(), field.path());
  return option;
}

data::Options ReadOptions(const Field& field, const fs::path& base_dir) {
  data::Options options;
  options.where = fmt::format("{}: {}", field.where(), field.path());
  options.base_dir = base_dir;
  for (const auto& [key, value] : field.Entries()) options.values.emplace(key, ReadOption(value));
  return options;
}

DataConfig ReadData(const Field& field, const fs::path& base_dir) {
  field.Allow({"batch_size", "dataset", "transform"},
              {"last_batch", "filter", "shuffle", "distributed", "sampler", "batch_sampler",
               "num_workers", "pin_memory", "collate_fn"});
  DataConfig config;
  config.batch_size = field["batch_size"].Int(1, 4096, 32);
  const auto datasets = field["dataset"].Entries();
  if (datasets.size() != 1) {
    field["dataset"].Reject("expected one dataset, such as {CIFAR10: {root: ...}}");
    return config;
  }
  config.dataset = datasets[0].first;
  config.options = ReadOptions(datasets[0].second, base_dir);
  for (const auto& [name, options] : field["transform"].Entries()) {
    config.pipeline.transforms.push_back({name, ReadOptions(options, base_dir)});
  }
  return config;
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

// `topk: 1` sets the metric's first key, `topk: {k: 1}` any.
data::MetricSpec ReadMetric(const std::string& name, const Field& options,
                            const fs::path& base_dir) {
  data::MetricSpec metric{name, {}};
  if (options.is_map()) {
    metric.options = ReadOptions(options, base_dir);
    return metric;
  }
  const auto entry = data::FindMetric(name);
  if (!entry.ok()) {
    options.Reject(entry.message());
    return metric;
  }
  metric.options.where = fmt::format("{}: {}", options.where(), options.path());
  metric.options.base_dir = base_dir;
  if (options.present()) metric.options.values.emplace((*entry)->scalar_key, ReadOption(options));
  return metric;
}

// Weights that sum to 1, one per metric; none where absent.
std::vector<double> ReadMetricWeights(const Field& field, size_t metrics) {
  std::vector<double> weights;
  for (const Field& item : field.Items()) weights.push_back(item.Number(0, kHuge));
  if (weights.empty()) return weights;
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (weights.size() != metrics || !(sum > 0)) {
    field.Reject(
        fmt::format("found {} weights that sum to {}, expected {}, one per metric, and a "
                    "sum above 0",
                    weights.size(), sum, metrics));
    return {};
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

// The directions are the metrics' own; what INC has users write must agree.
void CheckDirections(const Field& field, const std::vector<bool>& directions) {
  std::vector<bool> found;
  for (const Field& item : field.Items()) found.push_back(item.Bool());
  if (found.size() == 1) found.assign(directions.size(), found[0]);
  if (found.empty() || found == directions) return;
  field.Reject(fmt::format("found [{}], expected [{}], as the metrics have it",
                           fmt::join(found, ", "), fmt::join(directions, ", ")));
}

// {topk: 1, MSE: {compare_label: False}, weight: [0.5, 0.5], higher_is_better: [True, False]}
void ReadMultiMetrics(const Field& field, const fs::path& base_dir, AccuracyConfig& config) {
  for (const auto& [key, value] : field.Entries()) {
    if (key == "weight" || key == "higher_is_better") continue;
    config.metrics.push_back(ReadMetric(key, value, base_dir));
  }
  if (config.metrics.empty()) field.Reject("expected metrics, such as {topk: 1, F1: macro}");
  config.weights = ReadMetricWeights(field["weight"], config.metrics.size());
  if (!field.status().ok()) return;
  const auto set = data::MetricSet::Make(config.metrics, config.weights);
  if (set.ok()) {
    CheckDirections(field["higher_is_better"], set->directions());
  } else {
    field.Reject(set.message());
  }
}

AccuracyConfig ReadAccuracy(const Field& field, const fs::path& base_dir) {
  field.Allow({"metric", "multi_metrics", "dataloader"}, {"configs", "iteration", "postprocess"});
  AccuracyConfig config;
  const Field metric = field["metric"], multi = field["multi_metrics"];
  if (multi.present() && metric.present()) {
    multi.Reject("found beside 'metric', expected one of the two");
    return config;
  }
  if (multi.present()) {
    ReadMultiMetrics(multi, base_dir, config);
  } else {
    const auto metrics = metric.Entries();
    if (metrics.size() != 1) {
      metric.Reject("expected one metric, such as {topk: 1}");
      return config;
    }
    config.metrics.push_back(ReadMetric(metrics[0].first, metrics[0].second, base_dir));
  }
  config.data = ReadData(field["dataloader"], base_dir);
  return config;
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
    limit.Reject(fmt::format("found {}, expected a number between -1 and 1", config.limit));
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

void ReadTuning(const Field& field, const fs::path& base_dir, TuneConfig& config) {
  field.Allow({"strategy", "accuracy_criterion", "objective", "multi_objectives", "exit_policy",
               "random_seed", "workspace", "constraints", "plugins"},
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

// What the criterion says must go with the metrics: their direction, which is its default.
void CheckMetrics(const Field& root, TuneConfig& config) {
  if (!root.status().ok() || !config.accuracy) return;
  const auto set = data::MetricSet::Make(config.accuracy->metrics, config.accuracy->weights);
  if (!set.ok()) return;  // The evaluator says what is wrong.
  const Field criterion = root["tuning"]["accuracy_criterion"];
  const Field said = criterion["higher_is_better"];
  if (said.present() && config.criterion.higher_is_better != set->higher_is_better()) {
    said.Reject(fmt::format("found {}, but {} is better when {}; expected {}",
                            !set->higher_is_better(), config.accuracy->metrics[0].name,
                            set->higher_is_better() ? "higher" : "lower", set->higher_is_better()));
  }
  config.criterion.higher_is_better = set->higher_is_better();
  if (config.accuracy->several() && config.criterion.confidence) {
    criterion["confidence"].Reject(
        "found beside several metrics; expected one metric, or weights for "
        "evaluation.accuracy.multi_metrics");
  }
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

ObjectiveInfo AccuracyInfo(const AccuracyConfig& accuracy) {
  ObjectiveInfo info = *FindObjective("accuracy");
  const auto set = data::MetricSet::Make(accuracy.metrics, accuracy.weights);
  if (!set.ok()) return info;
  info.higher_is_better = set->higher_is_better();
  std::vector<std::string> names;
  bool share = true;
  for (const data::MetricSpec& metric : accuracy.metrics) {
    names.push_back(metric.name);
    share = share && (*data::FindMetric(metric.name))->unit == "%";
    if (accuracy.several()) break;  // The first stands for all.
  }
  const std::string name = fmt::format("{}", fmt::join(names, " + "));
  if (name != "topk") info.representation = name;
  if (!share) info.unit = name;
  return info;
}

Result<data::Pipeline> OpenPipeline(const DataConfig& config) {
  ASSAY_ASSIGN_OR_RETURN(auto dataset, data::OpenDataset(config.dataset, config.options));
  return data::Pipeline::Make(std::move(dataset), config.pipeline);
}

}  // namespace assay::tune
