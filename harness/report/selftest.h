// What the gate's selftest found, as people and machines read it.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/gate/selftest.h"

namespace assay::report {

using Certificates = std::map<gate::Condition, gate::Certificate>;

// Tables of alarms, power, coverage and spread per condition, and the sentence.
std::string SelftestText(const gate::Selftest& selftest, const Certificates& certificates,
                         const gate::GateOptions& options, bool markdown);

nlohmann::json SelftestJson(const gate::Selftest& selftest, const Certificates& certificates,
                            const gate::GateOptions& options);

// "", or what speaks against trusting the gate here: alarms shown to be more frequent than 1 %, too
// few comparisons; while it is quiet also +10 % shown to be missed, or no valid run.
std::string SelftestProblem(const Certificates& certificates);

}  // namespace assay::report
