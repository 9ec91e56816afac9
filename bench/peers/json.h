// The races as Google Benchmark's JSON.
#pragma once

#include <string>
#include <vector>

#include "bench/peers/verdict.h"

namespace assay::peers {

// One row per contestant and shape, "SHAPE/CONTESTANT", in Google Benchmark's own words by its own
// reporter: real_time is the median wall time of a call, cpu_time the median of what is judged
// (race.h). Counters: median_s (judged), spread, ops_per_s, fraction_of_peak, saturates, rounds,
// and on Assay's rows ratio_to_best_peer with _lo and _hi.
std::string ToJson(const std::vector<Race>& races, const std::vector<Verdict>& verdicts);

}  // namespace assay::peers
