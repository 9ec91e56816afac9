// F1 = 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall (van Rijsbergen,
// Information Retrieval, 1979). It is no mean over samples: it has no outcomes, so no intervals.
#include <fmt/format.h>

#include <limits>
#include <string>
#include <vector>

#include "harness/data/metric.h"
#include "harness/data/rows.h"

namespace assay::data {
namespace {

struct Counts {
  double hits = 0, predicted = 0, labelled = 0;

  // 0 for a class that is neither predicted nor labelled, as scikit-learn has it.
  double F1() const {
    const double all = predicted + labelled;
    return all > 0 ? 2 * hits / all : 0;
  }
};

class F1 final : public Metric {
 public:
  explicit F1(std::string average) : average_(std::move(average)) {}

  Status Update(const TensorView& outputs, std::span<const int64_t> labels) override {
    ASSAY_ASSIGN_OR_RETURN(const int64_t width,
                           ClassCount("F1", outputs, static_cast<int64_t>(labels.size())));
    const int64_t classes = width == 1 ? 2 : width;
    if (average_ == "binary" && classes != 2) {
      return Error(
          fmt::format("F1 with average: binary, but the model has {} classes; expected "
                      "average: macro or weighted",
                      classes));
    }
    ASSAY_RETURN_IF_ERROR(CheckLabels(labels, classes, samples_));
    counts_.resize(static_cast<size_t>(classes));
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto w = static_cast<size_t>(width);
      Count(labels[i], Predict(outputs.as<const float>().subspan(i * w, w)));
    }
    samples_ += static_cast<int64_t>(labels.size());
    return {};
  }

  double value() const override {
    if (average_ == "binary") return samples_ > 0 ? counts_[1].F1() : kNone;
    double sum = 0, weights = 0;
    for (const Counts& counts : counts_) {
      if (counts.predicted + counts.labelled == 0) continue;  // Of no sample.
      const double weight = average_ == "macro" ? 1 : counts.labelled;
      sum += weight * counts.F1();
      weights += weight;
    }
    return weights > 0 ? sum / weights : kNone;
  }
  int64_t samples() const override { return samples_; }
  std::span<const double> outcomes() const override { return {}; }
  bool higher_is_better() const override { return true; }
  void Reset() override {
    counts_.clear();
    samples_ = 0;
  }

 private:
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  // One output is the probability of class 1.
  static int64_t Predict(std::span<const float> scores) {
    return scores.size() == 1 ? int64_t{scores[0] > 0.5f} : TopClass(scores);
  }

  void Count(int64_t label, int64_t predicted) {
    counts_[static_cast<size_t>(label)].labelled += 1;
    if (predicted < 0) return;  // NaN: of no class.
    counts_[static_cast<size_t>(predicted)].predicted += 1;
    if (predicted == label) counts_[static_cast<size_t>(label)].hits += 1;
  }

  const std::string average_;
  std::vector<Counts> counts_;
  int64_t samples_ = 0;
};

Result<std::unique_ptr<Metric>> Make(const Options& options) {
  OptionReader reader("metric F1", options);
  std::string average = reader.Choice("average", {"binary", "macro", "weighted"}, "binary");
  ASSAY_RETURN_IF_ERROR(reader.status());
  return std::unique_ptr<Metric>(std::make_unique<F1>(std::move(average)));
}

constexpr OptionKey kKeys[] = {
    {"average", "binary: of class 1 (default); macro: mean over classes; weighted: by labels"}};

}  // namespace

extern const MetricEntry f1;
const MetricEntry f1 = {
    .name = "F1",
    .summary = "harmonic mean of precision and recall",
    .keys = kKeys,
    .unit = "%",
    .scalar_key = "average",
    .make = Make,
};

}  // namespace assay::data
