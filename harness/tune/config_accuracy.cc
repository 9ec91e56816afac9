#include "harness/tune/config_accuracy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>

#include "harness/tune/config_data.h"
#include "objectives/registry.h"

namespace assay::tune {
namespace {

namespace fs = std::filesystem;

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

}  // namespace

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
    const auto metrics = metric.Entries("a metric with its argument, such as {topk: 1}");
    if (metrics.size() != 1) {
      metric.Reject("expected one metric, such as {topk: 1}");
      return config;
    }
    config.metrics.push_back(ReadMetric(metrics[0].first, metrics[0].second, base_dir));
  }
  config.data = ReadData(field["dataloader"], base_dir);
  return config;
}

void CheckMetrics(const Field& root, TuneConfig& config) {
  if (!root.status().ok() || !config.accuracy) return;
  const auto set = data::MetricSet::Make(config.accuracy->metrics, config.accuracy->weights);
  if (!set.ok()) return;  // The evaluator says what is wrong.
  const Field said = root["tuning"]["accuracy_criterion"]["higher_is_better"];
  if (said.present() && config.criterion.higher_is_better != set->higher_is_better()) {
    said.Reject(fmt::format("found {}, but {} is better when {}; expected {}",
                            !set->higher_is_better(), config.accuracy->metrics[0].name,
                            set->higher_is_better() ? "higher" : "lower", set->higher_is_better()));
  }
  config.criterion.higher_is_better = set->higher_is_better();
}

ObjectiveInfo AccuracyInfo(const AccuracyConfig& accuracy) {
  ObjectiveInfo info = *FindObjective("accuracy");
  if (accuracy.metrics.empty()) return info;  // ReadAccuracy has said so.
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

}  // namespace assay::tune
