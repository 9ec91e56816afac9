// The report of a tuning run as a page (page.h).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace assay::report {

// data: {"result": result.json, "trials": the lines of trials.jsonl, "layers": [{"node", "fp32_s",
// "best_s"}], "latencies": {NAME: [seconds, ...]}}; the last two may be absent or empty.
std::string TuningPage(const nlohmann::json& data);

}  // namespace assay::report
