#include "harness/compare/to_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace assay::compare {
namespace {

using nlohmann::json;

json Finite(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

json ToJson(const Sample& sample) {
  return {{"median_s", Finite(sample.median_s)},
          {"runs", sample.runs},
          {"clock", sample.clock == Clock::kReal ? "real" : "cpu"},
          {"from_statistics", sample.statistics}};
}

json ToJson(const Line& line) {
  return {{"name", line.name()},
          {"baseline", ToJson(line.baseline)},
          {"candidate", ToJson(line.candidate)},
          {"ratio", line.has_ratio() ? compare::ToJson(line.judgement.ratio) : json(nullptr)},
          {"verdict", line.has_ratio() ? json(Name(line.judgement.verdict)) : json(nullptr)},
          {"p_beyond", Finite(line.judgement.p_beyond)},
          {"p_within", Finite(line.judgement.p_within)},
          {"note", line.note}};
}

json ToJson(const Contrast& contrast) {
  json lines = json::array();
  for (const Line& line : contrast.lines) lines.push_back(ToJson(line));
  return {{"baseline", contrast.baseline},
          {"candidate", contrast.candidate},
          {"lines", std::move(lines)},
          {"geometric_mean", compare::ToJson(contrast.geometric_mean)},
          {"averaged", contrast.averaged},
          {"only_in_baseline", contrast.only_in_baseline},
          {"only_in_candidate", contrast.only_in_candidate}};
}

json ToJson(const Side& side) {
  json files = json::array();
  for (const BenchmarkFile& file : side.files) {
    const Identity identity = IdentityOf(file);
    files.push_back({{"path", file.path},
                     {"machine", identity.known() ? json(identity.ToString()) : json(nullptr)}});
  }
  return {{"name", side.name}, {"files", std::move(files)}};
}
json ToJson(const Times& times) {
  return {{"median_s", Finite(times.median_s)},
          {"rounds", times.seconds.size()},
          {"placements", times.placements.size()},
          {"ratio_to_best_other", compare::ToJson(times.standing.ratio_to_best_other)},
          {"winner", times.standing.tied}};
}

json ToJson(const VariantTimes& variant) {
  return {{"name", variant.name},
          {"detail", variant.detail},
          {"picked", variant.picked},
          {"warm", ToJson(variant.warm)},
          {"cold", variant.cold ? ToJson(*variant.cold) : json(nullptr)},
          {"fraction_of_peak", Finite(variant.fraction_of_peak)},
          {"packed_bytes", variant.packed_bytes}};
}

const char* Name(Correction correction) {
  switch (correction) {
    case Correction::kFalseDiscovery:
      return "bh";
    case Correction::kAnyFalse:
      return "holm";
    case Correction::kNone:
      break;
  }
  return "none";
}

}  // namespace

json ToJson(const Estimate& estimate) {
  return {{"value", Finite(estimate.value)},
          {"interval",
           {{"low", Finite(estimate.interval.lo)},
            {"high", Finite(estimate.interval.hi)},
            {"level", estimate.interval.level}}}};
}

json ToJson(std::span<const Contrast> contrasts, std::span<const Side> sides,
            const CompareOptions& options) {
  json side_list = json::array(), contrast_list = json::array();
  for (const Side& side : sides) side_list.push_back(ToJson(side));
  for (const Contrast& contrast : contrasts) contrast_list.push_back(ToJson(contrast));
  return {{"schema", 1},
          {"margin", options.rules.margin},
          {"level", options.rules.level},
          {"correction", Name(options.rules.correction)},
          {"sides", std::move(side_list)},
          {"machine_differences", MachineDifferences(sides)},
          {"contrasts", std::move(contrast_list)}};
}

json ToJson(const VariantComparison& comparison) {
  const auto positive = [](double value) { return value > 0 ? json(value) : json(nullptr); };
  json variants = json::array();
  for (const VariantTimes& variant : comparison.variants) variants.push_back(ToJson(variant));
  return {{"shape", comparison.problem.ToString()},
          {"peak_ops_per_s", positive(comparison.peak_ops_per_s)},
          {"dram_bytes_per_s", positive(comparison.dram_bytes_per_s)},
          {"not_cold", comparison.NotCold()},
          {"left_out", comparison.left_out},
          {"variants", std::move(variants)}};
}

}  // namespace assay::compare
