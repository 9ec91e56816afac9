#include "harness/report/selftest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/report/terminal.h"
#include "objectives/stats/proportion.h"

namespace assay::report {
namespace {

using gate::Certificate;
using gate::Power;
using Json = nlohmann::json;

constexpr double kFalseAlarms = 0.01;  // What the gate promises at most.
constexpr double kFound = 0.95;

// A count with the interval of its share.
std::string Share(int64_t count, int64_t of) {
  if (of == 0) return "-";
  const Estimate share = ClopperPearson(count, of);
  return fmt::format("{} ({:.3g} %) [{:.3g}, {:.3g}]", count, 100 * share.value,
                     100 * share.interval.lo, 100 * share.interval.hi);
}

std::string WorkText(double work) {
  return work == 1 ? "identical" : fmt::format("{:+.3g} %", 100 * (work - 1));
}

std::string PowerTable(const std::vector<Power>& powers, bool markdown) {
  Table table({"slowdown", "comparisons", "invalid", "regressed, of the valid", "before confirming",
               "improved", "inconclusive", "processes", "intervals that cover"});
  for (const Power& p : powers) {
    const double mean = p.comparisons > 0
                            ? static_cast<double>(p.processes) / static_cast<double>(p.comparisons)
                            : 0;
    table.Add({WorkText(p.work), FormatCount(p.comparisons), FormatCount(p.invalid),
               Share(p.regressed, p.valid()), FormatCount(p.suspected), FormatCount(p.improved),
               FormatCount(p.inconclusive), fmt::format("{:.1f}", mean),
               Share(p.covering, p.intervals)});
  }
  return markdown ? table.ToMarkdown() : table.ToString();
}

std::string AlarmText(const Certificate& certificate) {
  const Power* same = certificate.identical();
  if (same == nullptr || same->valid() == 0) return "";
  return fmt::format(
      "identical builds are called slower in less than {:.3g} % (97.5 % confidence)\n",
      100 * certificate.AlarmBound());
}

std::string SpreadText(const Certificate& certificate) {
  if (certificate.spreads.empty()) return "";
  const auto& s = certificate.spreads;
  std::string text = "found with 95 % probability, by the spread of identical builds:";
  const std::pair<const char*, size_t> which[] = {
      {"steadiest case", 0}, {"median case", s.size() / 2}, {"worst case", s.size() - 1}};
  for (const auto& [name, index] : which) {
    text += fmt::format(" {} {:+.2f} %{}", name, 100 * s[index].detectable,
                        index + 1 == s.size() && name == which[2].first ? "\n" : ",");
  }
  return text;
}

// The least injected slowdown that was found in 95 % of the valid comparisons.
std::optional<double> Smallest(const std::vector<Power>& powers) {
  for (const Power& p : powers) {
    if (p.work > 1 && p.valid() > 0 &&
        static_cast<double>(p.regressed) >= kFound * static_cast<double>(p.valid())) {
      return p.work - 1;
    }
  }
  return std::nullopt;
}

std::string SmallestText(const Certificate& certificate) {
  const auto smallest = Smallest(certificate.all);
  return smallest
             ? fmt::format("smallest injected slowdown found in 95 %: {:+.3g} %\n", 100 * *smallest)
             : "no injected slowdown was found in 95 %\n";
}

// Of +10 %.
const Power* Clear(const std::vector<Power>& powers) {
  for (const Power& p : powers) {
    if (p.work >= 1.0999) return &p;
  }
  return nullptr;
}

Json PowerJson(const Power& p) {
  const auto share = [](int64_t count, int64_t of) {
    if (of == 0) return Json();
    const Estimate e = ClopperPearson(count, of);
    return Json{{"value", e.value}, {"lo", e.interval.lo}, {"hi", e.interval.hi}};
  };
  return {{"work", p.work},
          {"comparisons", p.comparisons},
          {"invalid", p.invalid},
          {"suspected", p.suspected},
          {"regressed", p.regressed},
          {"improved", p.improved},
          {"ok", p.ok},
          {"inconclusive", p.inconclusive},
          {"regressed_share", share(p.regressed, p.valid())},
          {"intervals", p.intervals},
          {"covering_share", share(p.covering, p.intervals)}};
}

Json PowersJson(const std::vector<Power>& powers) {
  Json json = Json::array();
  for (const Power& p : powers) json.push_back(PowerJson(p));
  return json;
}

}  // namespace

std::string SelftestProblem(const Certificates& certificates) {
  for (const auto& [condition, certificate] : certificates) {
    const Power* same = certificate.identical();
    if (same == nullptr || same->comparisons == 0) {
      return "too few processes for a comparison: give it more --seconds";
    }
    if (same->valid() > 0 &&
        ClopperPearson(same->regressed, same->valid()).interval.lo > kFalseAlarms) {
      return fmt::format("identical builds are called slower in more than 1 % ({})",
                         Name(condition));
    }
    if (condition != gate::Condition::kQuiet) continue;
    if (same->valid() == 0) return "no run was valid: the machine is too busy";
    const Power* slower = Clear(certificate.all);
    if (slower != nullptr && slower->valid() > 0 &&
        ClopperPearson(slower->regressed, slower->valid()).interval.hi < kFound) {
      return "+10 % is not found in 95 %";
    }
  }
  return "";
}

std::string SelftestText(const gate::Selftest& selftest, const Certificates& certificates,
                         const gate::GateOptions& options, bool markdown) {
  std::string text;
  for (const auto& [condition, certificate] : certificates) {
    text += fmt::format("{}{}: {} processes, limit {:+.3g} %, of models {:+.3g} %\n\n",
                        markdown ? "### " : "", Name(condition), selftest.processes.at(condition),
                        100 * options.rules.limit, 100 * options.model_limit);
    text += PowerTable(certificate.all, markdown);
    const auto steady = std::ranges::count_if(
        certificate.spreads, [](const auto& spread) { return spread.deviation <= 0.005; });
    text += fmt::format("\ncases that spread by at most 0.5 %, {} of {}:\n\n", steady,
                        certificate.spreads.size());
    text += PowerTable(certificate.steady, markdown) + "\n";
    const char* gap = markdown ? "\n" : "";
    text += AlarmText(certificate) + gap + SpreadText(certificate) + gap +
            SmallestText(certificate) + "\n";
  }
  const std::string problem = SelftestProblem(certificates);
  if (selftest.interrupted) return text + "interrupted: nothing is concluded\n";
  if (!selftest.invalid.empty()) return text + "INVALID: " + Printable(selftest.invalid) + "\n";
  return text + (problem.empty() ? "OK: nothing speaks against the gate on this machine\n"
                                 : "NOT TO BE TRUSTED HERE: " + problem + "\n");
}

Json SelftestJson(const gate::Selftest& selftest, const Certificates& certificates,
                  const gate::GateOptions& options) {
  Json conditions = Json::object();
  for (const auto& [condition, certificate] : certificates) {
    Json spreads = Json::array();
    for (const auto& s : certificate.spreads) {
      spreads.push_back(
          {{"case", s.case_name},
           {"deviation", s.deviation},
           {"detectable", std::isfinite(s.detectable) ? Json(s.detectable) : Json()}});
    }
    const auto smallest = Smallest(certificate.all);
    conditions[Name(condition)] = {{"processes", selftest.processes.at(condition)},
                                   {"all", PowersJson(certificate.all)},
                                   {"steady", PowersJson(certificate.steady)},
                                   {"alarm_bound", certificate.AlarmBound()},
                                   {"smallest_found", smallest ? Json(*smallest) : Json()},
                                   {"cases", spreads}};
  }
  return {{"limit", options.rules.limit}, {"model_limit", options.model_limit},
          {"conditions", conditions},     {"interrupted", selftest.interrupted},
          {"invalid", selftest.invalid},  {"problem", SelftestProblem(certificates)}};
}

}  // namespace assay::report
