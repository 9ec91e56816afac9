// F1 = 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall (van Rijsbergen,
// Information Retrieval, 1979). It is no mean over samples: its outcomes come from its derivative
// (metric.h). Intervals from them want some 50 samples of a class, and errors among them: of a
// model without any they only know that all n samples were right.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
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
    ASSAY_RETURN_IF_ERROR(CheckLabels(labels, classes, samples()));
    counts_.resize(static_cast<size_t>(classes));
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto w = static_cast<size_t>(width);
      Count({labels[i], Predict(outputs.as<const float>().subspan(i * w, w))});
    }
    return {};
  }

  double value() const override {
    if (answers_.empty()) return std::numeric_limits<double>::quiet_NaN();
    double sum = 0;
    for (size_t c = 0; c < counts_.size(); ++c) sum += Share(c) * counts_[c].F1();
    return sum;
  }
  int64_t samples() const override { return std::ssize(answers_); }

  // A sample changes hits, predictions and labels of its classes, whose F1 = 2 hits / (predictions
  // + labels); and, where these are weighted by labels, the weights.
  std::span<const double> outcomes() const override {
    outcomes_.clear();
    const double whole = value();
    const std::vector<double> slopes = Slopes();
    for (const auto& [label, predicted] : answers_) {
      const auto truth = static_cast<size_t>(label);
      double outcome = average_ == "weighted" ? counts_[truth].F1() : whole;
      outcome += label == predicted ? 2 * slopes[truth] : 0;
      for (const int64_t c : {label, predicted}) {
        if (c >= 0)
          outcome -= slopes[static_cast<size_t>(c)] * counts_[static_cast<size_t>(c)].F1();
      }
      outcomes_.push_back(outcome);
    }
    return outcomes_;
  }
  bool outcomes_stay() const override { return false; }
  bool higher_is_better() const override { return true; }
  void Reset() override {
    counts_.clear();
    answers_.clear();
  }

 private:
  struct Answer {
    int64_t label = 0, predicted = 0;  // -1: NaN, of no class.
  };

  // One output is the probability of class 1.
  static int64_t Predict(std::span<const float> scores) {
    return scores.size() == 1 ? int64_t{scores[0] > 0.5f} : TopClass(scores);
  }

  void Count(const Answer& answer) {
    answers_.push_back(answer);
    counts_[static_cast<size_t>(answer.label)].labelled += 1;
    if (answer.predicted < 0) return;
    counts_[static_cast<size_t>(answer.predicted)].predicted += 1;
    if (answer.predicted == answer.label) counts_[static_cast<size_t>(answer.label)].hits += 1;
  }

  // What the F1 of a class counts in the value; of all they sum to 1.
  double Share(size_t c) const {
    if (average_ == "binary") return c == 1 ? 1 : 0;
    if (average_ == "weighted") return counts_[c].labelled / static_cast<double>(answers_.size());
    const auto seen = [](const Counts& counts) { return counts.predicted + counts.labelled > 0; };
    return seen(counts_[c]) ? 1.0 / static_cast<double>(std::ranges::count_if(counts_, seen)) : 0;
  }

  // n times what one prediction or label more of a class takes from the value, by its F1.
  std::vector<double> Slopes() const {
    std::vector<double> slopes;
    for (size_t c = 0; c < counts_.size(); ++c) {
      const double all = counts_[c].predicted + counts_[c].labelled;
      slopes.push_back(all > 0 ? static_cast<double>(answers_.size()) * Share(c) / all : 0);
    }
    return slopes;
  }

  const std::string average_;
  std::vector<Counts> counts_;
  std::vector<Answer> answers_;  // Of the samples.
  mutable std::vector<double> outcomes_;
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
