// The labelled samples of a search: on which its trials are selected, and on which the winner is
// confirmed. No sample is in both, since a choice looks better where it was made.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/data/pipeline.h"
#include "harness/tune/config.h"
#include "kernels/base/status.h"

namespace assay::tune {

// 0 to count - 1, each once: `search` in a random order, in which a hopeless trial may be stopped
// early, and `confirmation`, a random floor(share * count) of them. Decided by the seed alone.
struct Split {
  std::vector<int64_t> search;
  std::vector<int64_t> confirmation;
};
Split MakeSplit(int64_t count, double share, uint64_t seed);

struct LabelledData {
  data::Pipeline search;
  std::optional<data::Pipeline> confirmation;
};

// The data of evaluation.accuracy, and of evaluation.confirmation: a share of it, or its own.
// Error: as OpenPipeline; too few samples to share.
Result<LabelledData> OpenLabelledData(const TuneConfig& config);

// How many of the second's samples are, value by value, among the first's, of those in memory.
Result<int64_t> CountShared(const data::Pipeline& first, const data::Pipeline& second);

}  // namespace assay::tune
