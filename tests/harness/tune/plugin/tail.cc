// The 99th percentile of the latency, which a median does not see.
#include <algorithm>
#include <cmath>
#include <vector>

#include "objectives/plugin.h"

namespace {

class Tail : public assay::Objective {
 public:
  Tail()
      : Objective({.name = "tail",
                   .unit = "s",
                   .higher_is_better = false,
                   .pass = assay::Pass::kLatency,
                   .representation = "99th percentile of the latency"}) {}

  double Value(const assay::Series& series) const override {
    std::vector<double> sorted = series.values;
    if (sorted.empty()) return assay::kUnavailable;
    const auto last = static_cast<double>(sorted.size() - 1);
    const auto place = sorted.begin() + static_cast<std::ptrdiff_t>(std::ceil(0.99 * last));
    std::nth_element(sorted.begin(), place, sorted.end());
    return *place;
  }

 protected:
  double OnEnd(const assay::Observation& observation, assay::Series&) override {
    return observation.duration_s.value_or(assay::kUnavailable);
  }
};

}  // namespace

ASSAY_PLUGIN(objectives) { objectives.push_back(std::make_shared<Tail>()); }
