// Sequential judgement of a slowdown: after every few observations (log ratios candidate / base,
// one per process) it is asked whether the truth is shown to lie beyond a limit, or within it; as
// soon as it is, the case is decided. The looks share the error among them (Bonferroni), so that
// stopping early costs nothing in false alarms.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "objectives/stats/location.h"

namespace assay {

enum class GateVerdict : uint8_t { kOk, kRegressed, kImproved, kInconclusive };

// "ok", "regressed", "improved", "inconclusive".
const char* Name(GateVerdict verdict);

struct GateRules {
  double limit = 0.01;  // Slowdowns up to this share are tolerated; ln(1 + limit) is the margin.
  // Of all looks at a case together. In its far tail the trimmed t of so few values errs up to 1.5
  // times as often as it says (simulated, normal and contaminated): this is at most 1 %.
  double alpha = 0.006;
  std::vector<int> looks = {5, 10, 15, 20};  // Observations, ascending.
  double trim = 0.2;
  double level = 0.95;  // Of the interval that is reported.
};

// What a case looks like after one of the looks.
struct GateLook {
  Location log_ratio;
  double p_regressed = 1;  // Of "the slowdown is at most the limit".
  double p_ok = 1;         // Of "the slowdown is at least the limit".
  double p_improved = 1;   // Of "the speed-up is at most the limit".
};

GateLook LookAt(std::span<const double> log_ratios, const GateRules& rules);

// The verdict of one of the looks. kInconclusive: go on to the next, if there is one. What is
// within the limit, but looks as if it had improved beyond it, is "ok" at the last look only.
GateVerdict Decide(const GateLook& look, const GateRules& rules, bool last);

// The p-value of a regression over all looks that were made: min(1, looks x the least).
double PRegressed(std::span<const GateLook> looks, const GateRules& rules);

// The smallest slowdown that, with the spread of this look, would have been shown beyond the limit
// with probability `power`: what "inconclusive" and "ok" are worth. Infinite if unknown.
double DetectableSlowdown(const GateLook& look, const GateRules& rules, double power = 0.8);

}  // namespace assay
