#include "harness/tune/past_trials.h"

#include <fmt/format.h>

#include "harness/tune/operator_facts.h"

namespace assay::tune {
namespace {

using nlohmann::json;

// The number at a path of keys, or nullptr.
const json* Find(const json& object, std::initializer_list<const char*> path) {
  const json* found = &object;
  for (const char* key : path) {
    if (!found->is_object() || !found->contains(key)) return nullptr;
    found = &found->at(key);
  }
  return found->is_number() ? found : nullptr;
}

json VariantsOf(const json& line) {
  return line.value("model", json::object()).value("variants", json());
}

std::string Text(const json& value) {  // A journal has its names in UTF-8.
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Status PastTrials::BadLine(int64_t trial, const std::string& why) const {
  return Error(fmt::format("{}:{}: {}", journal_.string(), trial, why));
}

Status PastTrials::RestoreVariants(MeasuredVariants& variants) const {
  for (int64_t trial = 1; Has(trial); ++trial) {
    const json& line = Line(trial);
    for (const json& text : {VariantsOf(line), line.value("baseline_variants", json())}) {
      const auto found = ParseVariants(text);
      if (!found.ok()) return BadLine(trial, found.message());
      variants.Restore(*found);
    }
  }
  return {};
}

Status PastTrials::RestoreSeries(int64_t trial, const Objectives& objectives) const {
  const Status status = tune::RestoreSeries(Line(trial).value("series", json()), objectives);
  return status.ok() ? status : BadLine(trial, status.message());
}

Result<std::vector<measure::TunedShape>> PastTrials::BaselineVariants() const {
  return ParseVariants(Line(1).value("baseline_variants", json()));
}

Result<std::vector<int64_t>> PastTrials::BaselineClasses() const try {
  return Line(1).value("baseline_classes", std::vector<int64_t>());
} catch (const json::exception& error) {
  return BadLine(1, fmt::format("'baseline_classes' cannot be read: {}", error.what()));
}

Result<ModelFacts> PastTrials::Facts(const std::vector<quantize::QuantizableOp>& ops,
                                     size_t settings) const {
  auto facts = ParseFacts(Line(1).value("facts", json()), ops, settings);
  if (!facts.ok()) return BadLine(1, facts.message());
  return facts;
}

bool PastTrials::IsOf(int64_t trial, const quantize::QuantPlan& plan) const {
  const json& line = Line(trial);
  bool same = line.value("trial", json()) == trial;
  const json expected = ToJson(plan);
  for (const auto& [key, value] : expected.items()) {
    same = same && Text(line.value(key, json())) == Text(value);
  }
  return same;
}

Result<TrialRecord> PastTrials::Record(int64_t trial, const quantize::QuantPlan& plan,
                                       const std::string& strategy) const {
  if (!IsOf(trial, plan)) {
    return BadLine(trial, fmt::format("is not what the strategy '{}' proposes as trial {}; start "
                                      "anew with --set tuning.workspace.resume=False",
                                      strategy, trial));
  }
  const json& line = Line(trial);
  const json* share = Find(line, {"model", "int8_share_of_macs"});
  const json* elapsed_s = Find(line, {"elapsed_s"});
  if (share == nullptr || elapsed_s == nullptr) return BadLine(trial, "is not a whole record");
  TrialRecord record;
  record.index = trial;
  record.plan = plan;
  record.model.int8_share = share->get<double>();
  record.elapsed_s = elapsed_s->get<double>();
  const json recipe_s = line.value("recipe_s", json::object());
  for (const auto& [recipe, seconds] : recipe_s.items()) {
    if (seconds.is_number()) record.recipe_s[recipe] = seconds.get<double>();
  }
  ASSAY_ASSIGN_OR_RETURN(record.model.variants, ParseVariants(VariantsOf(line)));
  const json model = line.value("model", json::object());
  record.model.agreement = ParseEstimate(model.value("agreement", json()));
  const json* timings = Find(line, {"timings"});
  record.timings = timings != nullptr ? timings->get<int>() : 0;
  record.resumed = true;
  return record;
}

}  // namespace assay::tune
