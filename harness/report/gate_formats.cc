// The verdict for machines: JSON, JUnit, SARIF.
#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "harness/measure/machine.h"
#include "harness/report/gate.h"
#include "harness/report/terminal.h"

namespace assay::report {
namespace {

using gate::CaseReport;
using gate::CaseState;
using gate::GateReport;
using Json = nlohmann::json;

Json Number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json EstimateJson(const Estimate& estimate) {
  return {{"value", Number(estimate.value)},
          {"lo", Number(estimate.interval.lo)},
          {"hi", Number(estimate.interval.hi)},
          {"level", estimate.interval.level}};
}

Json LayersJson(const gate::Layers& layers) {
  Json steps = Json::array();
  for (const gate::Layer& layer : layers.all) {
    steps.push_back({{"name", layer.times.name},
                     {"base_s", layer.times.base_s},
                     {"candidate_s", layer.times.candidate_s},
                     {"difference_s", EstimateJson(layer.difference_s)},
                     {"explains", layer.explains},
                     {"base_variant", layer.times.base_variant},
                     {"candidate_variant", layer.times.candidate_variant}});
  }
  return {{"sentence", LayersSentence(layers)},
          {"whole_s", layers.whole_s},
          {"explained_s", layers.explained_s},
          {"steps", std::move(steps)}};
}

Json CaseJson(const CaseReport& c, const GateContext& context) {
  const gate::GateOptions& options = context.options;
  Json json = {{"name", c.name},
               {"verdict", StateName(c)},
               {"limit", RulesOf(c, options).limit},
               {"slowdown", EstimateJson(c.Slowdown(options.rules.level))},
               {"base_s", c.base_s},
               {"candidate_s", c.candidate_s},
               {"iterations", c.iterations},
               {"p_regressed", c.p_regressed},
               {"p_adjusted", c.p_adjusted},
               {"log_ratios", c.log_ratios},
               {"base_first", c.base_first},
               {"confirmation", c.confirmation},
               {"confirmation_base_first", c.confirmation_base_first},
               {"base_variant", c.base_variant},
               {"candidate_variant", c.candidate_variant},
               {"dispatch_changed", c.dispatch_changed()}};
  if (!c.note.empty()) json["note"] = c.note;
  if (!c.changed_steps.empty()) json["changed_layers"] = c.changed_steps;
  if (!c.layers.all.empty()) json["layers"] = LayersJson(c.layers);
  if (Finding(c)) json["again"] = Again(c, context);
  if (!c.looks.empty()) {
    json["detectable_slowdown"] = Number(DetectableSlowdown(c.looks.back(), RulesOf(c, options)));
  }
  return json;
}

Json ControlJson(const gate::Control& control, const gate::GateOptions& options) {
  return {{"case", control.case_name},
          {"work", control.work},
          {"verdict", Name(control.verdict)},
          {"slowdown", EstimateJson(control.Slowdown(options.rules.level, options.rules.trim))},
          {"log_ratios", control.log_ratios},
          {"base_first", control.base_first}};
}

std::string Xml(std::string_view text) {
  std::string escaped;
  for (char c : Printable(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// "slower by 3.1 % [2.9, 3.3]; again: assay gate ...".
std::string Told(const CaseReport& c, const GateContext& context) {
  const Estimate slowdown = c.Slowdown(context.options.rules.level);
  const std::string what =
      c.state == CaseState::kDifferent ? "computes something else: " + c.note
      : c.state == CaseState::kDied
          ? "died: " + c.note
          : fmt::format("slower by {:.2f} % [{:.2f}, {:.2f}]", 100 * slowdown.value,
                        100 * slowdown.interval.lo, 100 * slowdown.interval.hi);
  const std::string layers = c.layers.all.empty() ? "" : "; layers: " + LayersSentence(c.layers);
  return fmt::format("{}{}; again: {}", what, layers, Again(c, context));
}

}  // namespace

Json GateJson(const GateReport& report, const GateContext& context) {
  Json cases = Json::array();
  for (const CaseReport& c : report.cases) cases.push_back(CaseJson(c, context));
  return {{"base", context.base},
          {"candidate", context.candidate},
          {"status", GateStatus(report)},
          {"verdict", GateSentence(report)},
          {"invalid", report.invalid},
          {"code_change", Name(report.code.change)},
          {"code_difference", report.code.why},
          {"limit", context.options.rules.limit},
          {"model_limit", context.options.model_limit},
          {"alpha", context.options.rules.alpha},
          {"looks", context.options.rules.looks},
          {"seed", context.options.seed},
          {"machine", measure::ToJson(measure::ThisMachine())},
          {"unix_time", std::time(nullptr)},
          {"processes", report.processes},
          {"seconds", report.seconds},
          {"steal_share", report.steal_share},
          {"cpu_share", report.cpu_share},
          {"involuntary_switches_per_s", report.switches_per_s},
          {"controls",
           {{"null", ControlJson(report.null, context.options)},
            {"sentinel", ControlJson(report.sentinel, context.options)}}},
          {"cases", cases}};
}

std::string GateJunit(const GateReport& report, const GateContext& context) {
  int failures = 0, errors = 0;
  std::string tests;
  for (const CaseReport& c : report.cases) {
    tests += fmt::format("  <testcase classname=\"gate\" name=\"{}\" time=\"{:.9f}\"", Xml(c.name),
                         c.candidate_s);
    if (Finding(c)) {
      ++failures;
      tests +=
          fmt::format(">\n    <failure message=\"{}\"/>\n  </testcase>\n", Xml(Told(c, context)));
    } else if (c.state == CaseState::kFailed) {
      ++errors;
      tests += fmt::format(">\n    <error message=\"{}\"/>\n  </testcase>\n", Xml(c.note));
    } else if (c.state != CaseState::kJudged || c.verdict == GateVerdict::kInconclusive) {
      tests += fmt::format(">\n    <skipped message=\"{}\"/>\n  </testcase>\n", StateName(c));
    } else {
      tests += "/>\n";
    }
  }
  if (!report.invalid.empty()) {
    ++errors;
    tests += fmt::format(
        "  <testcase classname=\"gate\" name=\"controls\">\n    <error message=\"{}\"/>\n"
        "  </testcase>\n",
        Xml(report.invalid));
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"assay gate\" tests=\"{}\" "
      "failures=\"{}\" errors=\"{}\" time=\"{:.3f}\">\n{}</testsuite>\n",
      report.cases.size() + (report.invalid.empty() ? 0 : 1), failures, errors, report.seconds,
      tests);
}

Json GateSarif(const GateReport& report, const GateContext& context) {
  const auto text = [](const std::string& words) { return Json{{"text", words}}; };
  Json results = Json::array();
  for (const CaseReport& c : report.cases) {
    if (!Finding(c)) continue;
    Json place = {{"fullyQualifiedName", c.name}, {"kind", "function"}};
    Json location = {{"logicalLocations", Json::array({std::move(place)})}};
    results.push_back({{"ruleId", c.state == CaseState::kJudged ? "regression" : "wrong-results"},
                       {"level", "error"},
                       {"message", text(c.name + ": " + Told(c, context))},
                       {"locations", Json::array({std::move(location)})},
                       {"partialFingerprints", Json{{"case", c.name}}}});
  }
  const auto rule = [&](const char* id, const char* words) {
    return Json{{"id", id}, {"shortDescription", text(words)}};
  };
  Json driver = {{"name", "assay gate"}};
  driver["rules"] =
      Json::array({rule("regression", "Slower than the base"),
                   rule("wrong-results", "Computes something else than the base, or nothing")});
  Json run = {{"results", std::move(results)}};
  run["tool"]["driver"] = std::move(driver);
  Json sarif = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}};
  sarif["runs"] = Json::array({std::move(run)});
  return sarif;
}

}  // namespace assay::report
