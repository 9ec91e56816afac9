#include "objectives/sequential.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "objectives/stats/trimmed.h"

namespace assay {
namespace {

double AlphaPerLook(const GateRules& rules) {
  return rules.alpha / static_cast<double>(rules.looks.size());
}

}  // namespace

const char* Name(GateVerdict verdict) {
  switch (verdict) {
    case GateVerdict::kOk:
      return "ok";
    case GateVerdict::kRegressed:
      return "regressed";
    case GateVerdict::kImproved:
      return "improved";
    case GateVerdict::kInconclusive:
      return "inconclusive";
  }
  return "?";
}

GateLook LookAt(std::span<const double> log_ratios, const GateRules& rules) {
  const double margin = std::log1p(rules.limit);
  GateLook look;
  look.log_ratio = TrimmedLocation(log_ratios, rules.trim);
  look.p_regressed = look.log_ratio.PAbove(margin);
  look.p_ok = look.log_ratio.PBelow(margin);
  look.p_improved = look.log_ratio.PBelow(-margin);
  return look;
}

GateVerdict Decide(const GateLook& look, const GateRules& rules, bool last) {
  const double alpha = AlphaPerLook(rules);
  if (look.p_regressed < alpha) return GateVerdict::kRegressed;
  if (look.p_improved < alpha) return GateVerdict::kImproved;
  const bool may_improve = look.log_ratio.value < -std::log1p(rules.limit);
  if (look.p_ok < alpha && (last || !may_improve)) return GateVerdict::kOk;
  return GateVerdict::kInconclusive;
}

double PRegressed(std::span<const GateLook> looks, const GateRules& rules) {
  double least = 1;
  for (const GateLook& look : looks) least = std::min(least, look.p_regressed);
  return std::min(1.0, static_cast<double>(rules.looks.size()) * least);
}

double DetectableSlowdown(const GateLook& look, const GateRules& rules, double power) {
  if (!look.log_ratio.known()) return std::numeric_limits<double>::infinity();
  const double df = look.log_ratio.degrees_of_freedom;
  const double quantiles =
      StudentQuantile(1 - AlphaPerLook(rules), df) + StudentQuantile(power, df);
  return std::expm1(std::log1p(rules.limit) + quantiles * look.log_ratio.standard_error);
}

}  // namespace assay
