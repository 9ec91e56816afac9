// Metric: judges a model's outputs by the labels, or by what the fp32 model says, sample by sample.
// To add one, write metrics/<name>.cc, which defines a MetricEntry named after the file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/data/options.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::data {

class Metric {
 public:
  virtual ~Metric() = default;

  // Takes a batch: outputs [n, ...] of the model and n labels. Error: a shape, type or label that
  // the metric cannot judge; the batch then counts for nothing.
  virtual Status Update(const TensorView& outputs, std::span<const int64_t> labels) = 0;
  // The same with all outputs of the model, where it wants more than the first.
  virtual bool wants_all_outputs() const { return false; }
  virtual Status UpdateAll(std::span<const TensorView> outputs, std::span<const int64_t> labels) {
    return Update(outputs[0], labels);
  }
  // Whether it judges against the fp32 model's outputs rather than labels: by Compare then.
  virtual bool wants_reference() const { return false; }
  // Takes a batch: outputs [n, ...], and what the fp32 model gives for the same samples, of the
  // same shape. Error: as of Update.
  virtual Status Compare(const TensorView& outputs, const TensorView& reference);
  // Over all samples so far, in the metric's own unit; NaN before the first.
  virtual double value() const = 0;
  virtual int64_t samples() const = 0;
  // One number per sample, in the order of updates, of which value() is the mean: what pairs two
  // models. Of a metric that is no mean over samples, such as F1: the value plus n times its
  // derivative by the sample's weight; resampling these is resampling the samples, to first order
  // (Efron 1982, "The Jackknife, the Bootstrap and Other Resampling Plans", chapter 6). Empty where
  // there is nothing of the kind.
  virtual std::span<const double> outcomes() const = 0;
  // Whether further samples leave the outcomes of those before as they are.
  virtual bool outcomes_stay() const { return true; }
  virtual bool higher_is_better() const = 0;
  // Of a file that it judges by, so that results by another one are told apart; empty without.
  virtual std::string fingerprint() const { return ""; }
  virtual void Reset() = 0;
};

struct MetricEntry {
  std::string_view name;     // As in YAML: "topk".
  std::string_view summary;  // One line for --help and errors.
  std::span<const OptionKey> keys;
  std::string_view unit;        // Of its value: "%" where that is a share in [0, 1].
  std::string_view scalar_key;  // What a bare scalar sets: `topk: 5` is `topk: {k: 5}`.
  Result<std::unique_ptr<Metric>> (*make)(const Options& options);
};

// Every file of metrics/.
std::span<const MetricEntry* const> AllMetrics();

// The entry of that name. Error: an unknown name, with the nearest known one.
Result<const MetricEntry*> FindMetric(std::string_view name);

// Error: an unknown name or key (with the nearest known one), or a bad value.
Result<std::unique_ptr<Metric>> MakeMetric(std::string_view name, const Options& options);

}  // namespace assay::data
