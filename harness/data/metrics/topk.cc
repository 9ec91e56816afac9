#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "harness/data/metric.h"
#include "harness/data/rows.h"

namespace assay::data {
namespace {

// Whether `label` is among the k highest; of equal scores the first comes first, as in argmax. A
// row with a NaN has no order: it is wrong.
bool IsHit(std::span<const float> scores, int64_t label, int64_t k) {
  const float score = scores[static_cast<size_t>(label)];
  int64_t ahead = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (std::isnan(scores[i])) return false;
    const bool earlier = static_cast<int64_t>(i) < label;
    ahead += scores[i] > score || (earlier && scores[i] == score);
  }
  return ahead < k;
}

class TopK final : public Metric {
 public:
  explicit TopK(int64_t k) : k_(k) {}

  Status Update(const TensorView& outputs, std::span<const int64_t> labels) override {
    const auto rows = static_cast<int64_t>(labels.size());
    ASSAY_ASSIGN_OR_RETURN(const int64_t classes, ClassCount("topk", outputs, rows));
    if (k_ > classes) {
      return Error(fmt::format("topk with k: {}, but the model has {} classes", k_, classes));
    }
    ASSAY_RETURN_IF_ERROR(CheckLabels(labels, classes, samples()));
    const std::span<const float> scores = outputs.as<float>();
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto width = static_cast<size_t>(classes);
      outcomes_.push_back(IsHit(scores.subspan(i * width, width), labels[i], k_) ? 1.0 : 0.0);
    }
    return {};
  }

  double value() const override {
    return std::reduce(outcomes_.begin(), outcomes_.end()) / static_cast<double>(samples());
  }
  int64_t samples() const override { return static_cast<int64_t>(outcomes_.size()); }
  std::span<const double> outcomes() const override { return outcomes_; }
  bool higher_is_better() const override { return true; }
  void Reset() override { outcomes_.clear(); }

 private:
  const int64_t k_;
  std::vector<double> outcomes_;
};

Result<std::unique_ptr<Metric>> Make(const Options& options) {
  OptionReader reader("metric topk", options);
  const int64_t k = reader.Int("k", 1, 1 << 20, 1);
  ASSAY_RETURN_IF_ERROR(reader.status());
  return std::unique_ptr<Metric>(std::make_unique<TopK>(k));
}

constexpr OptionKey kKeys[] = {
    {"k", "how many of the highest scores may hold the label (default 1)"}};

}  // namespace

extern const MetricEntry topk;
const MetricEntry topk = {
    .name = "topk",
    .summary = "fraction of samples whose label is among the k highest scores",
    .keys = kKeys,
    .unit = "%",
    .scalar_key = "k",
    .make = Make,
};

}  // namespace assay::data
