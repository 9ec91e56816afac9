#include "harness/data/deviation.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "harness/data/rows.h"

namespace assay::data {
namespace {

class Deviation final : public Metric {
 public:
  Deviation(std::string_view name, DeviationKind kind, bool against_labels)
      : name_(name), kind_(kind), against_labels_(against_labels) {}

  Status Update(const TensorView& outputs, std::span<const int64_t> labels) override {
    ASSAY_ASSIGN_OR_RETURN(const int64_t width,
                           RowWidth(name_, outputs, static_cast<int64_t>(labels.size())));
    if (width != 1) {
      return Error(
          fmt::format("{} against labels wants one output per sample, found {}; expected "
                      "that, or compare_label: False",
                      name_, outputs.shape.ToString()));
    }
    const std::vector<float> expected(labels.begin(), labels.end());
    Add(outputs.as<const float>(), expected, 1);
    return {};
  }

  bool wants_reference() const override { return !against_labels_; }

  Status Compare(const TensorView& outputs, const TensorView& reference) override {
    ASSAY_ASSIGN_OR_RETURN(const int64_t width, CompareWidth(name_, outputs, reference));
    Add(outputs.as<const float>(), reference.as<const float>(), static_cast<size_t>(width));
    return {};
  }

  double value() const override {
    const double mean =
        std::reduce(deviations_.begin(), deviations_.end()) / static_cast<double>(samples());
    return kind_ == DeviationKind::kRootOfSquared ? std::sqrt(mean) : mean;
  }
  int64_t samples() const override { return static_cast<int64_t>(deviations_.size()); }
  std::span<const double> outcomes() const override {
    if (kind_ != DeviationKind::kRootOfSquared) return deviations_;
    outcomes_.clear();
    const double root = value();
    for (const double squared : deviations_) {  // root + d root / d mean (squared - mean)
      outcomes_.push_back(root > 0 ? (root + squared / root) / 2 : 0);
    }
    return outcomes_;
  }
  bool outcomes_stay() const override { return kind_ != DeviationKind::kRootOfSquared; }
  bool higher_is_better() const override { return false; }
  void Reset() override { deviations_.clear(); }

 private:
  void Add(std::span<const float> outputs, std::span<const float> expected, size_t width) {
    for (size_t begin = 0; begin < outputs.size(); begin += width) {
      double sum = 0;
      for (size_t i = begin; i < begin + width; ++i) {
        const double difference = double{outputs[i]} - double{expected[i]};
        sum += kind_ == DeviationKind::kAbsolute ? std::abs(difference) : difference * difference;
      }
      deviations_.push_back(sum / static_cast<double>(width));
    }
  }

  const std::string name_;
  const DeviationKind kind_;
  const bool against_labels_;
  std::vector<double> deviations_;
  mutable std::vector<double> outcomes_;  // Of a root.
};

}  // namespace

Result<std::unique_ptr<Metric>> MakeDeviation(std::string_view name, DeviationKind kind,
                                              const Options& options) {
  OptionReader reader(fmt::format("metric {}", name), options);
  const bool against_labels = reader.Bool("compare_label", true);
  ASSAY_RETURN_IF_ERROR(reader.status());
  return std::unique_ptr<Metric>(std::make_unique<Deviation>(name, kind, against_labels));
}

}  // namespace assay::data
