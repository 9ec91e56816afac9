// MetricSet: the metrics of one evaluation, fed together; one of them, or their weighted mean, is
// the accuracy.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/data/metric.h"

namespace assay::data {

struct MetricSpec {
  std::string name;  // "topk"
  Options options;
};

class MetricSet {
 public:
  // `specs` are one at least; `weights` none, or one per metric, summing to 1. Error: as of
  // MakeMetric; or weights for metrics of which one is better when higher, another when lower.
  static Result<MetricSet> Make(std::span<const MetricSpec> specs, std::vector<double> weights);

  bool wants_reference() const;
  bool wants_all_outputs() const;
  // A batch, as Metric takes it: all outputs of the model, of which most metrics read the first;
  // `reference` is read where one wants it. Error: names the metric's place in the configuration.
  Status Update(std::span<const TensorView> outputs, std::span<const int64_t> labels,
                const TensorView& reference);

  // Of the first metric, or the weighted mean of all.
  double value() const;
  bool higher_is_better() const { return metrics_[0]->higher_is_better(); }
  // As of Metric, of what value() is; of a weighted mean where every metric has them.
  std::vector<double> outcomes() const;
  bool outcomes_stay() const;
  // Of every number that a criterion judges: of each metric, or of their weighted mean. Empty for
  // one whose outcomes further batches may change.
  std::vector<std::vector<double>> settled_outcomes() const;
  std::string fingerprint() const;
  int64_t samples() const { return metrics_[0]->samples(); }
  // Of each metric, in their order.
  std::vector<double> values() const;
  std::vector<bool> directions() const;  // true: higher is better
  // Of one metric, as of Metric.
  std::span<const double> outcomes_of(size_t index) const { return metrics_[index]->outcomes(); }
  bool outcomes_stay(size_t index) const { return metrics_[index]->outcomes_stay(); }

 private:
  MetricSet() = default;

  std::vector<std::unique_ptr<Metric>> metrics_;
  std::vector<std::string> where_;
  std::vector<double> weights_;
};

}  // namespace assay::data
