// The verdict of a gate as a page (page.h).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace assay::report {

// gate: GateJson. history: DriftJson of the file that the gate's run was appended to, or null.
std::string GatePage(const nlohmann::json& gate, const nlohmann::json& history);

}  // namespace assay::report
