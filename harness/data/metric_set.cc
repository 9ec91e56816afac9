#include "harness/data/metric_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "kernels/base/check.h"

namespace assay::data {

Result<MetricSet> MetricSet::Make(std::span<const MetricSpec> specs, std::vector<double> weights) {
  ASSAY_CHECK(!specs.empty() && (weights.empty() || weights.size() == specs.size()));
  MetricSet set;
  set.weights_ = std::move(weights);
  for (const MetricSpec& spec : specs) {
    ASSAY_ASSIGN_OR_RETURN(auto metric, MakeMetric(spec.name, spec.options));
    if (!set.weights_.empty() && !set.metrics_.empty() &&
        metric->higher_is_better() != set.higher_is_better()) {
      return ErrorAt(spec.options.where,
                     fmt::format("found weights for {} and {}, of which one is better when higher, "
                                 "the other when lower; expected no weights",
                                 specs[0].name, spec.name));
    }
    set.metrics_.push_back(std::move(metric));
    set.where_.push_back(spec.options.where);
  }
  return set;
}

bool MetricSet::wants_reference() const {
  return std::ranges::any_of(metrics_, [](const auto& m) { return m->wants_reference(); });
}

bool MetricSet::wants_all_outputs() const {
  return std::ranges::any_of(metrics_, [](const auto& m) { return m->wants_all_outputs(); });
}

bool MetricSet::outcomes_stay() const {
  if (weights_.empty()) return metrics_[0]->outcomes_stay();
  return std::ranges::all_of(metrics_, [](const auto& m) { return m->outcomes_stay(); });
}

std::string MetricSet::fingerprint() const {
  std::string all;
  for (const auto& metric : metrics_) all += metric->fingerprint();
  return all;
}

Status MetricSet::Update(std::span<const TensorView> outputs, std::span<const int64_t> labels,
                         const TensorView& reference) {
  for (size_t i = 0; i < metrics_.size(); ++i) {
    Metric& metric = *metrics_[i];
    const Status updated = metric.wants_reference() ? metric.Compare(outputs[0], reference)
                                                    : metric.UpdateAll(outputs, labels);
    if (!updated.ok()) return ErrorAt(where_[i], updated.message());
  }
  return {};
}

double MetricSet::value() const {
  if (weights_.empty()) return metrics_[0]->value();
  const std::vector<double> all = values();
  return std::inner_product(all.begin(), all.end(), weights_.begin(), 0.0);
}

std::vector<double> MetricSet::outcomes() const {
  const auto first = metrics_[0]->outcomes();
  if (weights_.empty()) return {first.begin(), first.end()};
  std::vector<double> combined(first.size());
  for (size_t i = 0; i < metrics_.size(); ++i) {
    const auto outcomes = metrics_[i]->outcomes();
    if (outcomes.size() != combined.size()) return {};
    for (size_t k = 0; k < combined.size(); ++k) combined[k] += weights_[i] * outcomes[k];
  }
  return combined;
}

std::vector<std::vector<double>> MetricSet::settled_outcomes() const {
  const auto if_settled = [](bool stay, auto outcomes) {
    return stay ? std::vector<double>(outcomes.begin(), outcomes.end()) : std::vector<double>();
  };
  if (!weights_.empty()) return {if_settled(outcomes_stay(), outcomes())};
  std::vector<std::vector<double>> each;
  for (const auto& metric : metrics_) {
    each.push_back(if_settled(metric->outcomes_stay(), metric->outcomes()));
  }
  return each;
}

std::vector<double> MetricSet::values() const {
  std::vector<double> values;
  for (const auto& metric : metrics_) values.push_back(metric->value());
  return values;
}

std::vector<bool> MetricSet::directions() const {
  std::vector<bool> directions;
  for (const auto& metric : metrics_) directions.push_back(metric->higher_is_better());
  return directions;
}

}  // namespace assay::data
