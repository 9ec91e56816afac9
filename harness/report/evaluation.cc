#include "harness/report/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "harness/report/terminal.h"

namespace assay::report {
namespace {

using tune::ModelRecord;
using tune::ObjectiveRecord;

constexpr const char* kAbsent = "-";

// The objective, or one of several metrics.
bool IsAccuracy(const ObjectiveInfo& info) {
  return info.name == "accuracy" || info.name.starts_with("accuracy.");
}

bool IsShare(const ObjectiveInfo& info) { return IsAccuracy(info) && info.unit.empty(); }

std::string Scalar(double value, const ObjectiveInfo& info) {
  if (!std::isfinite(value)) return "unavailable";
  if (info.unit == "s") return FormatSeconds(value);
  if (info.unit == "bytes") return FormatBytes(value);
  if (IsShare(info)) return fmt::format("{:.2f} %", value * 100);
  return fmt::format("{:.4g}{}{}", value, info.unit.empty() ? "" : " ", info.unit);
}

std::string WithInterval(double value, const Interval& interval, const ObjectiveInfo& info) {
  if (!std::isfinite(interval.lo) || !std::isfinite(interval.hi)) return Scalar(value, info);
  return fmt::format("{} [{}, {}]", Scalar(value, info), Scalar(interval.lo, info),
                     Scalar(interval.hi, info));
}

// "1.84x [1.82, 1.86]": how many times faster, from the ratio of the times.
std::string SpeedUp(const ObjectiveRecord& record) {
  if (!record.versus_baseline || record.versus_baseline->kind != Change::Kind::kRatio) {
    return kAbsent;
  }
  const Estimate& ratio = record.versus_baseline->estimate;
  return fmt::format("{:.2f}x [{:.2f}, {:.2f}]", 1 / ratio.value, 1 / ratio.interval.hi,
                     1 / ratio.interval.lo);
}

// "-0.12 [-0.30, +0.05]": points of accuracy gained against the first model; of a metric that is no
// share, "+0.0123 [...]" in its unit.
std::string Drop(const ObjectiveRecord& record) {
  if (!record.versus_baseline) return kAbsent;
  const Estimate& change = record.versus_baseline->estimate;
  if (!IsShare(record.info)) {
    return fmt::format("{:+.3g} [{:+.3g}, {:+.3g}]", change.value, change.interval.lo,
                       change.interval.hi);
  }
  return fmt::format("{:+.2f} [{:+.2f}, {:+.2f}]", change.value * 100, change.interval.lo * 100,
                     change.interval.hi * 100);
}

// "92.46 % [90.18 %, 94.24 %]": of the samples, the same class as the first model's.
std::string Agreement(const ModelRecord& model) {
  if (!model.agreement) return kAbsent;
  return fmt::format("{:.2f} % [{:.2f} %, {:.2f} %]", model.agreement->value * 100,
                     model.agreement->interval.lo * 100, model.agreement->interval.hi * 100);
}

// Of several metrics those that the accuracy does not show already, as objectives: "accuracy.F1".
std::vector<ObjectiveRecord> OtherMetrics(const ObjectiveRecord& accuracy) {
  std::vector<ObjectiveRecord> others;
  for (const ObjectiveRecord& metric : accuracy.metrics) {
    const bool shown = others.empty() && &metric == accuracy.metrics.data() &&
                       metric.summary.value == accuracy.summary.value;
    if (shown) continue;
    others.push_back(metric);
    others.back().info.representation = metric.info.name;
    others.back().info.name = "accuracy." + metric.info.name;
  }
  return others;
}

std::vector<ModelRecord> WithMetrics(std::span<const ModelRecord> models) {
  std::vector<ModelRecord> all(models.begin(), models.end());
  for (ModelRecord& model : all) {
    std::vector<ObjectiveRecord> objectives;
    for (const ObjectiveRecord& record : model.objectives) {
      objectives.push_back(record);
      const std::vector<ObjectiveRecord> others = OtherMetrics(record);
      objectives.insert(objectives.end(), others.begin(), others.end());
    }
    model.objectives = std::move(objectives);
  }
  return all;
}

// Objectives that any of the models has, in their order.
std::vector<ObjectiveInfo> Objectives(std::span<const ModelRecord> models) {
  std::vector<ObjectiveInfo> infos;
  std::set<std::string> seen;
  for (const ModelRecord& model : models) {
    for (const ObjectiveRecord& record : model.objectives) {
      if (seen.insert(record.info.name).second) infos.push_back(record.info);
    }
  }
  return infos;
}

// Whether a column of changes stands behind the objective's own.
std::string ChangeHeader(const ObjectiveInfo& info) {
  if (IsAccuracy(info)) return IsShare(info) ? "points" : "change";
  return info.name == "performance" ? "speed-up" : "";
}

std::string Heading(const ObjectiveInfo& info) {
  return info.representation.empty() ? info.name : info.representation;
}

}  // namespace

std::string FormatValue(const ObjectiveRecord& record) {
  const Summary& summary = record.summary;
  return summary.interval ? WithInterval(summary.value, *summary.interval, record.info)
                          : Scalar(summary.value, record.info);
}

std::string EvaluationTable(std::span<const ModelRecord> given) {
  const std::vector<ModelRecord> models = WithMetrics(given);
  const std::vector<ObjectiveInfo> infos = Objectives(models);
  std::vector<std::string> header = {"model"};
  for (const ObjectiveInfo& info : infos) {
    header.push_back(Heading(info));
    if (!ChangeHeader(info).empty()) header.push_back(ChangeHeader(info));
  }
  const bool agreement = std::ranges::any_of(
      models, [](const ModelRecord& model) { return model.agreement.has_value(); });
  if (agreement) header.push_back("same top-1");
  header.push_back("int8 MACs");
  Table table(header);
  for (const ModelRecord& model : models) {
    std::vector<std::string> row = {model.name};
    for (const ObjectiveInfo& info : infos) {
      const ObjectiveRecord* record = model.Find(info.name);
      row.push_back(record == nullptr ? kAbsent : FormatValue(*record));
      if (ChangeHeader(info).empty()) continue;
      if (record == nullptr) {
        row.push_back(kAbsent);
      } else {
        row.push_back(IsAccuracy(info) ? Drop(*record) : SpeedUp(*record));
      }
    }
    if (agreement) row.push_back(Agreement(model));
    row.push_back(fmt::format("{:.0f} %", model.int8_share * 100));
    table.Add(std::move(row));
  }
  return table.ToString();
}

namespace {

// "modelsize 1.9 MB, allowed <= 1.5 MB".
std::string Text(const tune::Violation& violation) {
  return fmt::format("{} {}, allowed {}", violation.info.name,
                     Scalar(violation.value, violation.info), violation.allowed);
}

std::string Verdict(const tune::TrialRecord& trial) {
  if (trial.accepted) return "gains";
  if (trial.feasible) return "feasible";
  if (trial.stopped_after) {
    return fmt::format("too inaccurate, stopped after {} samples", *trial.stopped_after);
  }
  if (!trial.violations.empty()) return Text(trial.violations[0]);
  if (!trial.limit_p_value) return "too inaccurate";
  return fmt::format("not certain to be accurate enough (p = {:.2g})", *trial.limit_p_value);
}

// What measurement chose for a model instead of dispatch's pick, and by how much it is faster.
std::string VariantsText(const ModelRecord& model) {
  if (model.variants.empty()) return "";
  std::string text;
  size_t others = 0;
  for (const measure::TunedShape& s : model.variants) {
    if (s.variant == s.dispatch) continue;
    ++others;
    text += fmt::format("        {}, {} thread(s): {} instead of {}, {:.2f}x [{:.2f}, {:.2f}]\n",
                        s.shape, s.threads, s.variant, s.dispatch, s.ratio, s.lo, s.hi);
  }
  return fmt::format("kernels {}: {} of {} shapes run with another variant than dispatch's pick\n",
                     model.name, others, model.variants.size()) +
         text;
}

// "confirmed  true: trial 2, 93.1 % against 93.2 % of fp32 (-0.07 [...] points), 1500 samples...".
std::string ConfirmationLine(const tune::Confirmation& confirmation) {
  std::string text = fmt::format(
      "trial {}: {} after {} of fp32, {} points, on {} samples on which "
      "no trial was selected",
      confirmation.trial, Scalar(confirmation.model.summary.value, confirmation.model.info),
      Scalar(confirmation.baseline.summary.value, confirmation.baseline.info),
      Drop(confirmation.model), confirmation.samples);
  for (const ObjectiveRecord& metric : OtherMetrics(confirmation.model)) {
    text += fmt::format("; {} {} ({})", metric.info.representation,
                        Scalar(metric.summary.value, metric.info), Drop(metric));
  }
  if (confirmation.confidence && confirmation.limit_p_value) {
    text += fmt::format("; within the limit at p = {:.2g}, {:.2g} allowed",
                        *confirmation.limit_p_value, 1 - *confirmation.confidence);
  }
  const Color color = confirmation.confirmed ? Color::kGreen : Color::kRed;
  return fmt::format("{}  {}\n", Paint(confirmation.confirmed ? "confirmed" : "refuted  ", color),
                     text);
}

}  // namespace

std::string TrialLine(const tune::TrialRecord& trial) {
  const auto fp32 = std::ranges::count_if(
      trial.plan.operators, [](const auto& op) { return op.second == quantize::Precision::kFp32; });
  std::string line = fmt::format("trial {:>3}  {:>3} of {} operators int8", trial.index,
                                 static_cast<int64_t>(trial.plan.operators.size()) - fp32,
                                 trial.plan.operators.size());
  if (trial.plan.recipes != quantize::Recipes()) line += "  " + ToString(trial.plan.recipes);
  if (trial.plan.threads > 0) line += fmt::format("  {} thread(s)", trial.plan.threads);
  if (!trial.plan.variants.empty()) line += fmt::format("  {} variants", trial.plan.variants);
  if (const auto* accuracy = trial.model.Find("accuracy")) {
    line += fmt::format("  {} ({} points)", Scalar(accuracy->summary.value, accuracy->info),
                        Drop(*accuracy));
    for (const ObjectiveRecord& metric : OtherMetrics(*accuracy)) {
      line += fmt::format("  {} {} ({})", metric.info.representation,
                          Scalar(metric.summary.value, metric.info), Drop(metric));
    }
  }
  if (const auto* performance = trial.model.Find("performance")) {
    line += fmt::format("  {}", SpeedUp(*performance));
  }
  const Color color = trial.accepted   ? Color::kGreen
                      : trial.feasible ? Color::kYellow
                                       : Color::kRed;
  return line + "  " + Paint(Verdict(trial), color);
}

std::string TuneSummary(const tune::TuneResult& result) {
  if (result.trials.empty()) {
    return fmt::format("status  {} (before the first trial; nothing was written)\n",
                       Paint("interrupted", Color::kYellow));
  }
  std::vector<ModelRecord> models = {result.baseline};
  if (result.best) models.push_back(result.trials[*result.best].model);
  std::string text = EvaluationTable(models) + "\n";
  const Color color = result.status == TuneStatus::kSatisfied ? Color::kGreen : Color::kYellow;
  const std::string name = result.interrupted ? "interrupted" : Name(result.status);
  std::vector<tune::Violation> violations;
  if (result.best) violations = result.trials[*result.best].violations;
  std::string why;
  if (result.interrupted) {
    why = fmt::format("stopped after {} trials; the best so far", result.trials.size());
  } else if (result.status == TuneStatus::kSatisfied) {
    why = fmt::format("the best of {} trials meets the accuracy criterion{}", result.trials.size(),
                      result.confirmed.value_or(false) ? ", confirmed" : "");
  } else if (result.status == TuneStatus::kNoGain) {
    why = "nothing that meets the criterion is better than fp32: best.onnx is the fp32 model";
  } else {
    why = result.confirmed.has_value()
              ? "no trial's accuracy was confirmed: best.onnx is the closest one"
          : !violations.empty()
              ? "no trial meets the accuracy criterion and the constraints: best.onnx is the "
                "closest one"
              : "no trial meets the accuracy criterion: best.onnx is the closest one";
  }
  for (const tune::Violation& violation : violations) {
    text += fmt::format("{}    {}\n", Paint("breaks", Color::kRed), Text(violation));
  }
  for (const tune::Confirmation& tried : result.confirmations) text += ConfirmationLine(tried);
  text += fmt::format("status  {} ({})\n", Paint(name, color), why);
  if (result.best || result.status == TuneStatus::kNoGain) {
    text += fmt::format("model   {}\n", result.best_file.string());
  }
  if (!result.variants_file.empty()) {
    for (const ModelRecord& model : models) text += VariantsText(model);
    text += fmt::format("follow  ASSAY_TUNED={}\n", result.variants_file.string());
  }
  text += fmt::format("result  {}\n", result.result_file.string());
  return text;
}

}  // namespace assay::report
