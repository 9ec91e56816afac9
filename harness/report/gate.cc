#include "harness/report/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/report/shell.h"
#include "harness/report/terminal.h"

namespace assay::report {
namespace {

using gate::CaseReport;
using gate::CaseState;
using gate::GateReport;

// Of a case's layers that run other variants than before.
constexpr size_t kShownSteps = 3;

std::string Percent(double share) { return fmt::format("{:+.2f} %", 100 * share); }

std::string SlowdownText(const Estimate& slowdown) {
  if (!std::isfinite(slowdown.value)) return "-";
  if (!std::isfinite(slowdown.interval.lo) || !std::isfinite(slowdown.interval.hi)) {
    return Percent(slowdown.value);
  }
  return fmt::format("{} [{:+.2f}, {:+.2f}]", Percent(slowdown.value), 100 * slowdown.interval.lo,
                     100 * slowdown.interval.hi);
}

Color ColorOf(const CaseReport& c) {
  for (const CaseState bad : {CaseState::kDifferent, CaseState::kDied, CaseState::kFailed}) {
    if (c.state == bad) return Color::kRed;
  }
  if (c.state != CaseState::kJudged) return Color::kYellow;
  switch (c.verdict) {
    case GateVerdict::kRegressed:
      return Color::kRed;
    case GateVerdict::kImproved:
      return Color::kGreen;
    case GateVerdict::kInconclusive:
      return Color::kYellow;
    case GateVerdict::kOk:
      break;
  }
  return Color::kNone;
}

// What there is to say of a case beside its figures.
std::string NoteOf(const CaseReport& c, const gate::GateOptions& options) {
  std::string note = c.note;
  const auto add = [&](const std::string& text) { note += (note.empty() ? "" : "; ") + text; };
  if (c.dispatch_changed()) add(fmt::format("{} -> {}", c.base_variant, c.candidate_variant));
  for (size_t i = 0; i < std::min(c.changed_steps.size(), kShownSteps); ++i) {
    add(c.changed_steps[i]);
  }
  if (c.changed_steps.size() > kShownSteps) {
    add(fmt::format("{} more layers by other variants", c.changed_steps.size() - kShownSteps));
  }
  if (c.state == CaseState::kJudged && c.verdict == GateVerdict::kInconclusive &&
      !c.looks.empty()) {
    add(fmt::format("{:+.1f} % would have been found",
                    100 * DetectableSlowdown(c.looks.back(), RulesOf(c, options))));
  }
  return note;
}

// The worst first: outputs, regressions by size, then the rest by slowdown.
std::vector<const CaseReport*> Ordered(const GateReport& report) {
  std::vector<const CaseReport*> cases;
  for (const CaseReport& c : report.cases) cases.push_back(&c);
  const auto rank = [](const CaseReport* c) {
    if (c->state == CaseState::kDifferent || c->state == CaseState::kDied) return 0;
    if (c->state == CaseState::kFailed) return 1;
    if (c->state == CaseState::kLayoutOnly) return 3;
    if (c->state != CaseState::kJudged) return 5;
    return c->verdict == GateVerdict::kRegressed ? 2 : 4;
  };
  const auto effect = [](const CaseReport* c) {
    return c->looks.empty() ? 0 : c->looks.back().log_ratio.value;
  };
  std::ranges::sort(cases, [&](const CaseReport* a, const CaseReport* b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return effect(a) != effect(b) ? effect(a) > effect(b) : a->name < b->name;
  });
  return cases;
}

std::string Controls(const GateReport& report, const gate::GateOptions& options) {
  if (report.null.case_name.empty()) return "";
  const auto text = [&](const gate::Control& control) {
    return SlowdownText(control.Slowdown(options.rules.level, options.rules.trim));
  };
  return fmt::format("controls, of {}: an identical copy {}; {:+.3g} % more work {}\n",
                     report.null.case_name, text(report.null), 100 * (report.sentinel.work - 1),
                     text(report.sentinel));
}

// "+1 %, +2 % for models", as far as there are both.
std::string Limits(const GateReport& report, const gate::GateOptions& options) {
  const auto steps = std::ranges::count_if(report.cases, &CaseReport::steps);
  const std::string kernels = fmt::format("{:+.3g} %", 100 * options.rules.limit);
  const std::string models = fmt::format("{:+.3g} %", 100 * options.model_limit);
  if (steps == 0) return kernels;
  return steps == std::ssize(report.cases) ? models : kernels + ", " + models + " for models";
}

int64_t Count(const GateReport& report, CaseState state) {
  return std::ranges::count_if(report.cases, [&](const auto& c) { return c.state == state; });
}

int64_t Count(const GateReport& report, GateVerdict verdict) {
  return std::ranges::count_if(report.cases, [&](const CaseReport& c) {
    return c.state == CaseState::kJudged && c.verdict == verdict;
  });
}

}  // namespace

const char* StateName(const CaseReport& c) {
  switch (c.state) {
    case CaseState::kJudged:
      return Name(c.verdict);
    case CaseState::kNotReproduced:
      return "not reproduced";
    case CaseState::kLayoutOnly:
      return "layout only";
    case CaseState::kDifferent:
      return "different outputs";
    case CaseState::kFailed:
      return "failed";
    case CaseState::kDied:
      return "died";
    case CaseState::kNotConcluded:
      return "not concluded";
    case CaseState::kAdded:
      return "added";
    case CaseState::kRemoved:
      return "removed";
  }
  return "?";
}

bool Finding(const CaseReport& c) {
  return c.state == CaseState::kDifferent || c.state == CaseState::kDied ||
         (c.state == CaseState::kJudged && c.verdict == GateVerdict::kRegressed);
}

std::string Again(const CaseReport& c, const GateContext& context) {
  if (!c.model.empty()) {
    return fmt::format("{} --models {}", context.command, ShellWord(Printable(c.model)));
  }
  return fmt::format("{} --suite full --case {}", context.command, ShellWord(Printable(c.name)));
}

std::string LayersSentence(const gate::Layers& layers) {
  const auto named = std::ranges::count_if(layers.all, &gate::Layer::explains);
  const std::string whole =
      fmt::format("the {:+.2f} us of {} layers", 1e6 * layers.whole_s, layers.all.size());
  if (named == 0) return "no layer alone is shown to explain " + whole;
  std::string text;
  for (const gate::Layer& layer : layers.all) {
    if (!layer.explains) continue;
    const gate::StepTimes& times = layer.times;
    const Estimate& more = layer.difference_s;
    text += fmt::format("{}{} {:+.2f} us [{:+.2f}, {:+.2f}]", text.empty() ? "" : ", ", times.name,
                        1e6 * more.value, 1e6 * more.interval.lo, 1e6 * more.interval.hi);
    if (times.base_variant != times.candidate_variant) {
      text += fmt::format(" ({} -> {})", times.base_variant.empty() ? "-" : times.base_variant,
                          times.candidate_variant.empty() ? "-" : times.candidate_variant);
    }
  }
  return fmt::format("{}: {:.0f} % of {}", text, 100 * layers.explained_s / layers.whole_s, whole);
}

const char* GateStatus(const GateReport& report) {
  if (report.interrupted) return "interrupted";
  if (report.any(CaseState::kDifferent) || report.any(CaseState::kDied)) return "wrong_results";
  if (!report.invalid.empty()) return "invalid";
  if (report.any(CaseState::kFailed)) return "failed";
  return report.regressed() ? "regressed" : "ok";
}

std::string GateSentence(const GateReport& report) {
  if (report.interrupted) return "interrupted: nothing is concluded";
  const int64_t wrong = Count(report, CaseState::kDifferent);
  const int64_t died = Count(report, CaseState::kDied);
  if (wrong > 0 || died > 0) {
    return fmt::format("WRONG RESULTS: {}{}{}",
                       wrong > 0 ? fmt::format("{} cases compute something else", wrong) : "",
                       wrong > 0 && died > 0 ? ", " : "",
                       died > 0 ? fmt::format("{} crashed or hung", died) : "");
  }
  if (!report.invalid.empty()) return "INVALID, nothing is concluded: " + report.invalid;
  const auto all = static_cast<int64_t>(report.cases.size());
  const int64_t slower = Count(report, GateVerdict::kRegressed);
  if (const int64_t failed = Count(report, CaseState::kFailed); failed > 0) {
    return fmt::format("FAILED: {} of {} cases could not be run{}", failed, all,
                       slower > 0 ? fmt::format("; {} are slower, confirmed", slower) : "");
  }
  if (slower > 0) {
    return fmt::format("REGRESSED: {} of {} cases are slower, confirmed", slower, all);
  }
  std::string text = fmt::format("OK: none of {} cases is shown to be slower", all);
  if (const int64_t layout = Count(report, CaseState::kLayoutOnly); layout > 0) {
    text += fmt::format(
        " by anything but layout; {} are slower by the same machine code and data, {}", layout,
        report.code.change == gate::CodeChange::kNone ? "at the same place in the library"
                                                      : "at another place");
  }
  const int64_t open = Count(report, GateVerdict::kInconclusive);
  if (open > 0) text += fmt::format("; {} are not shown to be within the limit either", open);
  return text;
}

std::string GateText(const GateReport& report, const GateContext& context, bool markdown) {
  const gate::GateOptions& options = context.options;
  Table table({"case", "base", "candidate", "slowdown", "processes", "verdict", "note"});
  for (const CaseReport* c : Ordered(report)) {
    table.Add({c->name, c->base_s > 0 ? FormatSeconds(c->base_s) : "-",
               c->candidate_s > 0 ? FormatSeconds(c->candidate_s) : "-",
               SlowdownText(c->Slowdown(options.rules.level)),
               std::to_string(c->log_ratios.size() + c->confirmation.size()), StateName(*c),
               NoteOf(*c, options)},
              ColorOf(*c));
  }
  std::string text = markdown ? fmt::format("### Gate: {}\n\n", GateSentence(report)) : "";
  text += markdown ? table.ToMarkdown() : table.ToString();
  text += fmt::format("\nbase {}, candidate {}; limit {}, {} processes, {}\n", context.base,
                      context.candidate, Limits(report, options), report.processes,
                      FormatWait(report.seconds));
  if (report.code.change == gate::CodeChange::kNone) {
    text += "both are the same machine code and data\n";
  }
  text += Controls(report, options);
  for (const CaseReport* c : Ordered(report)) {
    if (!c->layers.all.empty()) {
      text += fmt::format("{}layers of {}: {}\n", markdown ? "- " : "", Printable(c->name),
                          Printable(LayersSentence(c->layers)));
    }
    if (Finding(*c)) {
      text += fmt::format("{}again: {}\n", markdown ? "- " : "", Again(*c, context));
    }
  }
  if (!markdown) text += GateSentence(report) + "\n";
  return text;
}

}  // namespace assay::report
