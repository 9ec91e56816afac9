// accuracy: the configured metric over the labelled evaluation set, with every sample's outcome
// kept, so that two models can be compared sample by sample.
#include <algorithm>
#include <cmath>

#include "objectives/registry.h"
#include "objectives/stats/bootstrap.h"
#include "objectives/stats/mean_test.h"
#include "objectives/stats/order.h"
#include "objectives/stats/proportion.h"

namespace assay {
namespace {

bool IsZeroOne(std::span<const double> outcomes) {
  return std::all_of(outcomes.begin(), outcomes.end(), [](double x) { return x == 0 || x == 1; });
}

// Whether the value is the mean of the outcomes; not so for metrics such as F1 or mAP, of which the
// outcomes of single samples give no interval.
bool IsMeanOfOutcomes(const Series& series) {
  return !series.outcomes.empty() && std::abs(Mean(series.outcomes) - series.Mean()) < 1e-6;
}

PairedCounts Count(std::span<const double> x, std::span<const double> y) {
  PairedCounts counts{.total = static_cast<int64_t>(x.size())};
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i] > y[i]) ++counts.only_first;
    if (x[i] < y[i]) ++counts.only_second;
  }
  return counts;
}

class Accuracy : public Objective {
 public:
  using Objective::Objective;

  Summary Report(const Series& series) const override {
    Summary summary = Objective::Report(series);
    if (!IsMeanOfOutcomes(series)) return summary;
    const int64_t n = static_cast<int64_t>(series.outcomes.size());
    if (IsZeroOne(series.outcomes)) {
      const int64_t right = std::count(series.outcomes.begin(), series.outcomes.end(), 1.0);
      summary.interval = Wilson(right, n).interval;
    } else {
      const std::vector<double> zeros(series.outcomes.size());
      summary.interval = BootstrapMeanDifference(series.outcomes, zeros).interval;
    }
    return summary;
  }

  // The difference, paired by sample: by those that both saw, where one was stopped.
  std::optional<Change> Compare(const Series& x, const Series& y) const override {
    const size_t paired = std::min(x.outcomes.size(), y.outcomes.size());
    if (paired < x.outcomes.size() && y.complete) return std::nullopt;
    if (paired < y.outcomes.size() && x.complete) return std::nullopt;
    if (!IsMeanOfOutcomes(x) || !IsMeanOfOutcomes(y)) return std::nullopt;
    const auto of_x = std::span(x.outcomes).first(paired);
    const auto of_y = std::span(y.outcomes).first(paired);
    if (IsZeroOne(of_x) && IsZeroOne(of_y)) {
      const PairedCounts counts = Count(of_x, of_y);
      return Change::Difference(PairedScoreDifference(counts), McNemarExact(counts));
    }
    return Change::Difference(BootstrapMeanDifference(of_x, of_y));
  }

 protected:
  double OnEnd(const Observation& observation, Series& series) override {
    series.outcomes.assign(observation.sample_scores.begin(), observation.sample_scores.end());
    series.complete = observation.complete;
    const bool whole = series.outcomes.empty();  // The metric is no mean over samples.
    const auto samples = whole ? observation.samples : std::ssize(series.outcomes);
    series.details = {{"samples", "", static_cast<double>(samples)}};
    series.metrics.assign(observation.metrics.begin(), observation.metrics.end());
    for (const MetricResult& metric : series.metrics) {
      series.details.push_back({metric.name, "", metric.value});
    }
    if (observation.metric) return *observation.metric;
    return Mean(series.outcomes);
  }
};

}  // namespace

extern const ObjectiveEntry accuracy = BuiltinEntry<Accuracy>({
    .name = "accuracy",
    .unit = "",
    .higher_is_better = true,
    .pass = Pass::kAccuracy,
    .representation = "accuracy",
});

}  // namespace assay
