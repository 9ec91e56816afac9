// What a history of gates comes to, as people and machines read it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/gate/history.h"

namespace assay::report {

// A line per series, those with changes first, then a sentence per change: how large, and between
// which revisions it began. Ends with the sentence of the whole.
std::string DriftText(const gate::Drift& drift, bool markdown);

// Whether the last run of a series is the one with which a change for the slower was found.
bool JustSlower(const gate::Drift& drift);

// Every series with its runs, sums and changes: what results/plot_history draws.
nlohmann::json DriftJson(const gate::Drift& drift);

}  // namespace assay::report
