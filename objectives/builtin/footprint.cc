// footprint: usable bytes live at the peak of loading and running the model, minus those live
// before; beside it the planner's arena and the peak resident set of the process.
#include "objectives/registry.h"

namespace assay {
namespace {

double Bytes(const std::optional<int64_t>& bytes) {
  return bytes ? static_cast<double>(*bytes) : kUnavailable;
}

class Footprint : public Objective {
 public:
  using Objective::Objective;

 protected:
  double OnEnd(const Observation& observation, Series& series) override {
    series.details.clear();
    if (observation.arena_bytes) {
      series.details.push_back({"arena", "bytes", Bytes(observation.arena_bytes)});
    }
    if (observation.peak_rss_bytes) {
      series.details.push_back({"peak_rss", "bytes", Bytes(observation.peak_rss_bytes)});
    }
    return Bytes(observation.peak_live_bytes);
  }
};

}  // namespace

extern const ObjectiveEntry footprint = BuiltinEntry<Footprint>({
    .name = "footprint",
    .unit = "bytes",
    .higher_is_better = false,
    .pass = Pass::kFootprint,
    .representation = "peak memory",
});

}  // namespace assay
