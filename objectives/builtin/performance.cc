// performance: median seconds per inference, of inference alone.
#include <algorithm>

#include "objectives/registry.h"
#include "objectives/stats/bootstrap.h"
#include "objectives/stats/order.h"

namespace assay {
namespace {

class Performance : public Objective {
 public:
  using Objective::Objective;
  using Objective::Value;

  double Value(const Series& series) const override { return Median(series.values); }

  Summary Report(const Series& series) const override {
    Summary summary{.value = Value(series), .interval = std::nullopt, .extras = {}};
    if (!IsAvailable(summary.value)) return summary;
    summary.interval = BootstrapMedian(series.values).interval;
    std::vector<double> sorted = series.values;
    std::sort(sorted.begin(), sorted.end());
    summary.extras = {
        {"p50", "s", QuantileOfSorted(sorted, 0.50)},
        {"p90", "s", QuantileOfSorted(sorted, 0.90)},
        {"p99", "s", QuantileOfSorted(sorted, 0.99)},
        {"throughput", "samples/s", static_cast<double>(series.samples) / summary.value}};
    return summary;
  }

  // The ratio of medians: by rounds where x and y have the same number of them, otherwise from the
  // interval of each alone.
  std::optional<Change> Compare(const Series& x, const Series& y) const override {
    if (!(Value(x) > 0) || !(Value(y) > 0)) return std::nullopt;
    if (x.values.size() == y.values.size()) {
      return Change::Ratio(BootstrapMedianRatio(x.values, y.values));
    }
    return Change::Ratio(IndependentRatio(BootstrapMedian(x.values), BootstrapMedian(y.values)));
  }

 protected:
  double OnEnd(const Observation& observation, Series&) override {
    return observation.duration_s.value_or(kUnavailable);
  }
};

}  // namespace

extern const ObjectiveEntry performance = BuiltinEntry<Performance>({
    .name = "performance",
    .unit = "s",
    .higher_is_better = false,
    .pass = Pass::kLatency,
    .representation = "median latency",
});

}  // namespace assay
