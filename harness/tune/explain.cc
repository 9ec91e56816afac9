#include "harness/tune/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/measure/profile.h"
#include "harness/tune/evaluator.h"
#include "harness/tune/material.h"
#include "harness/tune/operator_facts.h"
#include "harness/tune/ranker.h"
#include "harness/tune/trial.h"
#include "objectives/stats/bootstrap.h"
#include "objectives/stats/trimmed.h"

namespace assay::tune {
namespace {

using nlohmann::json;
using quantize::Precision;
using quantize::QuantizableOp;

constexpr const char* kPlanned = "int8";

bool IsConversion(const std::string& op) {
  return op.starts_with("Quantize") || op.starts_with("Dequantize");
}

// All labelled samples: what operators are measured with.
TuneConfig Simplified(TuneConfig config) {
  config.confirmation = {};
  return config;
}

class Explainer {
 public:
  Explainer(const TuneConfig& config, const ExplainProgress& progress)
      : config_(Simplified(config)), progress_(progress) {}

  Result<Explanation> Run(std::optional<quantize::QuantPlan> plan) {
    ASSAY_ASSIGN_OR_RETURN(material_, Material::Make(config_, progress_));
    ASSAY_RETURN_IF_ERROR(SetPlan(std::move(plan)));
    ASSAY_RETURN_IF_ERROR(material_->Calibrate());
    ASSAY_ASSIGN_OR_RETURN(objectives_, MakeObjectives({}));
    ASSAY_ASSIGN_OR_RETURN(auto evaluator, Evaluator::Make(config_, objectives_, progress_));
    evaluator_ = std::make_unique<Evaluator>(std::move(evaluator));
    evaluator_->SetReference(&material_->baseline());
    ASSAY_ASSIGN_OR_RETURN(const Model planned, Planned(kPlanned, found_.plan));
    ASSAY_RETURN_IF_ERROR(TakeFacts(planned.graph));
    ASSAY_RETURN_IF_ERROR(AccountForTime(planned));
    if (evaluator_->has_accuracy()) ASSAY_RETURN_IF_ERROR(Restore(planned));
    return std::move(found_);
  }

 private:
  const std::vector<QuantizableOp>& ops() const { return material_->space().ops; }

  Status SetPlan(std::optional<quantize::QuantPlan> plan) {
    const quantize::SearchSpace& space = material_->space();
    if (!plan) {
      plan = quantize::QuantPlan();
      plan->calibration = space.algorithms.front();
      plan->recipes = space.recipes.front();
      for (const QuantizableOp& op : ops()) plan->operators[op.node] = op.choices.front();
    }
    found_.plan = *std::move(plan);
    const bool decided = found_.plan.threads > 0;
    found_.threads = decided ? found_.plan.threads : config_.performance.threads;
    std::set<std::string> unknown;
    for (const auto& [node, precision] : found_.plan.operators) unknown.insert(node);
    for (const QuantizableOp& op : ops()) {
      OperatorExplanation& row = found_.operators.emplace_back();
      row.node = op.node;
      row.op_type = op.op_type;
      const auto planned = found_.plan.operators.find(op.node);
      if (planned != found_.plan.operators.end()) row.precision = planned->second;
      const bool allowed = std::ranges::count(op.choices, row.precision) > 0;
      if (allowed || row.precision == Precision::kFp32) unknown.erase(op.node);
    }
    if (unknown.empty()) return {};
    return Error(
        fmt::format("{}: the plan has '{}' in a precision that this model and "
                    "configuration do not; expected those it was found with",
                    config_.model_path.string(), *unknown.begin()));
  }

  Result<Model> Planned(std::string name, const quantize::QuantPlan& plan) {
    ASSAY_ASSIGN_OR_RETURN(auto quantized, material_->quantizer().Quantize(plan));
    return Model{std::move(name), std::move(quantized.graph), config_.model_path};
  }

  Status TakeFacts(const Graph& planned) {
    ASSAY_ASSIGN_OR_RETURN(const ModelFacts facts,
                           material_->MeasureFacts(found_.plan.calibration, found_.threads));
    for (size_t i = 0; i < ops().size(); ++i) {
      OperatorExplanation& row = found_.operators[i];
      if (row.precision == Precision::kFp32) continue;
      const auto& choices = ops()[i].choices;
      const auto choice =
          static_cast<size_t>(std::ranges::find(choices, row.precision) - choices.begin());
      row.own_error = facts.operators[i].own_error[choice];
      row.output_error = facts.operators[i].output_error[choice];
      row.saved_bytes = facts.operators[i].saved_bytes[choice];
      found_.error_sum += row.output_error;
      found_.bytes_sum += row.saved_bytes;
    }
    for (const BorderFacts& border : facts.borders) TakeBorder(border);
    found_.bytes_whole = ConstantBytes(material_->source()) - ConstantBytes(planned);
    ASSAY_ASSIGN_OR_RETURN(found_.error_whole, material_->OutputError(planned));
    return {};
  }

  void TakeBorder(const BorderFacts& border) {
    OperatorExplanation& from = found_.operators[border.from];
    OperatorExplanation& to = found_.operators[border.to];
    const bool from_int8 = from.precision != Precision::kFp32;
    const bool to_int8 = to.precision != Precision::kFp32;
    for (const auto& [row, int8] : {std::pair{&from, from_int8}, std::pair{&to, to_int8}}) {
      const bool mixed = from_int8 != to_int8;
      if (mixed) row->border_s += border.latency_s;
      // Restored it alone is in fp32: mixed is then what was not.
      if (int8 && !mixed) row->restored_border_s += border.latency_s;
      if (!int8 && mixed) row->restored_border_s += border.latency_s;
    }
  }

  // Every step of both models belongs to an operator, converts, or is another.
  Status AccountForTime(const Model& planned) {
    const Graph* const graphs[] = {&material_->source(), &planned.graph};
    ASSAY_ASSIGN_OR_RETURN(const auto profiles, material_->Profile(graphs, found_.threads));
    const measure::Profile &fp32 = profiles[0], &int8 = profiles[1];
    for (const auto& [profile, sign] : {std::pair{&fp32, 1.0}, std::pair{&int8, -1.0}}) {
      for (const measure::ProfiledStep& step : profile->steps) Credit(step, sign);
    }
    Account& time = found_.time;
    time.sum = found_.other_s - found_.conversion_s;
    for (const OperatorExplanation& row : found_.operators) time.sum += row.saved_s;
    found_.fp32_s = fp32.whole_s;
    found_.clock_s = std::abs(fp32.sum_s() - fp32.whole_s) + std::abs(int8.sum_s() - int8.whole_s);
    std::vector<double> saved_s = fp32.whole_by_round_s;
    for (size_t i = 0; i < saved_s.size(); ++i) saved_s[i] -= int8.whole_by_round_s[i];
    time.whole = TrimmedLocation(saved_s, 0.25).At();
    time.whole.interval.lo -= found_.clock_s;
    time.whole.interval.hi += found_.clock_s;
    return {};
  }

  void Credit(const measure::ProfiledStep& step, double sign) {
    for (OperatorExplanation& row : found_.operators) {
      if (step.info.node != row.node && std::ranges::count(step.info.fused, row.node) == 0)
        continue;
      row.saved_s += sign * step.seconds;
      return;
    }
    if (IsConversion(step.info.op)) {
      found_.conversion_s -= sign * step.seconds;
    } else {
      found_.other_s += sign * step.seconds;
    }
  }

  const Objective& Find(std::string_view name) const {
    const auto found = std::ranges::find_if(
        objectives_, [&](const auto& objective) { return objective->name() == name; });
    return **found;
  }

  // The accuracy of fp32, of the plan, and of the plan with one operator less.
  Status Restore(const Model& planned) {
    const Objective& accuracy = Find("accuracy");
    ASSAY_RETURN_IF_ERROR(evaluator_->ObserveAccuracy(material_->baseline()));
    ASSAY_RETURN_IF_ERROR(evaluator_->ObserveAccuracy(planned));
    found_.accuracy_info = accuracy.info();
    found_.fp32_accuracy = accuracy.Value(kBaseline);
    found_.accuracy = accuracy.Value(kPlanned);
    const std::vector<double>& before = accuracy.results(kPlanned).outcomes;
    std::vector<double> gains(before.size());
    for (OperatorExplanation& row : found_.operators) {
      if (row.precision == Precision::kFp32) continue;
      quantize::QuantPlan plan = found_.plan;
      plan.operators[row.node] = Precision::kFp32;
      const std::string name = "restored " + row.node;
      ASSAY_ASSIGN_OR_RETURN(const Model restored, Planned(name, plan));
      ASSAY_RETURN_IF_ERROR(evaluator_->ObserveAccuracy(restored));
      row.restored = accuracy.Compare(name, kPlanned);
      if (!row.restored) {
        row.restored = Change::Difference({accuracy.Value(name) - *found_.accuracy, {}});
      }
      const std::vector<double>& after = accuracy.results(name).outcomes;
      for (size_t i = 0; i < gains.size(); ++i) gains[i] += after[i] - before[i];
    }
    if (!gains.empty()) AccountForAccuracy(accuracy, gains);
    return {};
  }

  void AccountForAccuracy(const Objective& accuracy, const std::vector<double>& gains) {
    const auto& exact = accuracy.results(kBaseline).outcomes;
    const auto& before = accuracy.results(kPlanned).outcomes;
    std::vector<double> lost;
    for (size_t i = 0; i < gains.size(); ++i) lost.push_back(exact[i] - before[i]);
    const Estimate beyond = BootstrapMeanDifference(gains, lost);
    double sum = 0;
    for (const double gain : gains) sum += gain;
    Account account;
    account.sum = sum / static_cast<double>(gains.size());
    account.whole = {account.sum - beyond.value,
                     {account.sum - beyond.interval.hi, account.sum - beyond.interval.lo,
                      beyond.interval.level}};
    found_.accuracy_account = account;
  }

  const TuneConfig config_;
  const ExplainProgress& progress_;
  std::unique_ptr<Material> material_;
  std::vector<std::shared_ptr<Objective>> objectives_;
  std::unique_ptr<Evaluator> evaluator_;
  Explanation found_;
};

json Number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

json ToJson(const Account& account) {
  return {{"sum", Number(account.sum)},
          {"whole", Number(account.whole.value)},
          {"interval", {Number(account.whole.interval.lo), Number(account.whole.interval.hi)}},
          {"agrees", account.Agrees()}};
}

json ToJson(const OperatorExplanation& row) {
  json restored = nullptr;
  if (row.restored) {
    const Estimate& change = row.restored->estimate;
    restored = {{"value", Number(change.value)},
                {"interval", {Number(change.interval.lo), Number(change.interval.hi)}}};
  }
  return {{"node", row.node},
          {"operator", row.op_type},
          {"precision", Name(row.precision)},
          {"own_error", row.own_error},
          {"own_sqnr_db", Number(Decibels(row.own_error))},
          {"output_error", row.output_error},
          {"output_sqnr_db", Number(Decibels(row.output_error))},
          {"accuracy_regained", std::move(restored)},
          {"saved_s", row.saved_s},
          {"saved_bytes", row.saved_bytes},
          {"border_s", row.border_s},
          {"restored_border_s", row.restored_border_s}};
}

}  // namespace

double Decibels(double error) { return -10 * std::log10(error); }

Result<Explanation> Explain(const TuneConfig& config, std::optional<quantize::QuantPlan> plan,
                            const ExplainProgress& progress) {
  return Explainer(config, progress).Run(std::move(plan));
}

json ToJson(const Explanation& found) {
  json operators = json::array();
  for (const OperatorExplanation& row : found.operators) operators.push_back(ToJson(row));
  const auto or_null = [](const std::optional<double>& x) { return x ? Number(*x) : json(); };
  json result = {{"schema", 1},
                 {"plan", ToJson(found.plan)},
                 {"operators", std::move(operators)},
                 {"accuracy",
                  {{"fp32", or_null(found.fp32_accuracy)},
                   {"int8", or_null(found.accuracy)},
                   {"account", nullptr}}},
                 {"time", ToJson(found.time)},
                 {"bytes", {{"sum", found.bytes_sum}, {"whole", found.bytes_whole}}},
                 {"error", {{"sum", found.error_sum}, {"whole", found.error_whole}}}};
  result["time"]["fp32_s"] = found.fp32_s;
  result["time"]["conversion_s"] = found.conversion_s;
  result["time"]["other_s"] = found.other_s;
  result["time"]["clock_s"] = found.clock_s;
  result["time"]["threads"] = found.threads;
  if (found.accuracy_account) result["accuracy"]["account"] = ToJson(*found.accuracy_account);
  return result;
}

}  // namespace assay::tune
