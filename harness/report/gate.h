// The verdict of a gate as people and machines read it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/gate/gate.h"

namespace assay::report {

struct GateContext {
  std::string base, candidate;  // As the user named them.
  std::string command;          // That looks at one case again: what names it is appended.
  gate::GateOptions options;
};

// "regressed", "different outputs".
const char* StateName(const gate::CaseReport& c);

// Whether the case is one: slower, confirmed, or with other outputs.
bool Finding(const gate::CaseReport& c);

// The command that looks at this case again.
std::string Again(const gate::CaseReport& c, const GateContext& context);

// "conv1 +10.1 us [+9.9, +10.3]: 95 % of the +10.6 us of 27 layers".
std::string LayersSentence(const gate::Layers& layers);

// "ok", "regressed", "wrong_results", "invalid", "failed", "interrupted": what the sentence begins with.
const char* GateStatus(const gate::GateReport& report);

// A line per case, the worst first, the controls, and the verdict in a sentence. markdown: as a
// comment on a change shows it.
std::string GateText(const gate::GateReport& report, const GateContext& context, bool markdown);

// "2 of 40 cases are slower": the sentence.
std::string GateSentence(const gate::GateReport& report);

nlohmann::json GateJson(const gate::GateReport& report, const GateContext& context);

// JUnit's XML: a test per case; a regression is a failure, what could not be run an error.
std::string GateJunit(const gate::GateReport& report, const GateContext& context);

// SARIF 2.1.0: a result per finding.
nlohmann::json GateSarif(const gate::GateReport& report, const GateContext& context);

}  // namespace assay::report
