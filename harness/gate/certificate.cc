#include "harness/gate/certificate.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "objectives/stats/trimmed.h"

namespace assay::gate {
namespace {

constexpr double kSteady = 0.005;
constexpr size_t kIntervalProcesses = 10;
constexpr double kPower = 0.95;

struct Judged {
  GateVerdict verdict = GateVerdict::kInconclusive;
  size_t used = 0;
};

// The gate's looks at what was observed from `from` on; there is enough for the last of them.
Judged Judge(const std::vector<double>& observed, size_t from, const GateRules& rules) {
  Judged judged;
  for (const int look : rules.looks) {
    judged.used = static_cast<size_t>(look);
    const std::span<const double> seen(observed.data() + from, judged.used);
    judged.verdict = Decide(LookAt(seen, rules), rules, look == rules.looks.back());
    if (judged.verdict != GateVerdict::kInconclusive) break;
  }
  return judged;
}

class Cutter {
 public:
  Cutter(const Observations& observations, const GateOptions& options)
      : observations_(observations), options_(options) {}

  void Cut(const Cell& cell, Power& power) const {
    // With identical builds either order is a comparison of its own.
    Cut(cell.observed.forward, cell.observed.reversed, false, power);
    if (cell.work == 1) Cut(cell.observed.reversed, cell.observed.forward, true, power);
    Cover(cell.observed.forward, std::log(cell.truth), power);
  }

 private:
  void Cut(const std::vector<double>& looked, const std::vector<double>& confirming, bool reversed,
           Power& power) const {
    const auto most = static_cast<size_t>(options_.rules.looks.back());
    size_t confirmed_to = 0;
    for (size_t from = 0; from + most <= looked.size();) {
      const Judged judged = Judge(looked, from, options_.rules);
      const bool suspected = judged.verdict == GateVerdict::kRegressed;
      const auto needed = static_cast<size_t>(options_.confirming.back());
      if (suspected && confirmed_to + needed > confirming.size()) return;
      const bool valid = Valid(from, reversed);
      ++power.comparisons;
      power.processes += static_cast<int64_t>(judged.used);
      from += judged.used;
      bool found = false;
      if (suspected) found = FindsAgain(confirming, confirmed_to);
      if (!valid) {
        ++power.invalid;
        continue;
      }
      power.suspected += suspected ? 1 : 0;
      power.regressed += found ? 1 : 0;
      power.improved += judged.verdict == GateVerdict::kImproved ? 1 : 0;
      power.ok += judged.verdict == GateVerdict::kOk ? 1 : 0;
      power.inconclusive +=
          judged.verdict == GateVerdict::kInconclusive || (suspected && !found) ? 1 : 0;
    }
  }

  // At the looks of a confirmation by what was observed from `from` on, which goes behind it.
  bool FindsAgain(const std::vector<double>& observed, size_t& from) const {
    size_t used = 0;
    bool found = false;
    for (size_t i = 0; i < options_.confirming.size() && !found; ++i) {
      used = static_cast<size_t>(options_.confirming[i]);
      found = Confirms(std::span(observed).subspan(from, used), options_);
    }
    from += used;
    return found;
  }

  bool Valid(size_t from, bool reversed) const {
    const auto& null = reversed ? observations_.null.reversed : observations_.null.forward;
    const auto& sentinel =
        reversed ? observations_.sentinel.reversed : observations_.sentinel.forward;
    return ControlsHold(Judge(null, from, options_.rules).verdict,
                        Judge(sentinel, from, options_.rules).verdict);
  }

  void Cover(const std::vector<double>& observed, double truth, Power& power) const {
    for (size_t from = 0; from + kIntervalProcesses <= observed.size();
         from += kIntervalProcesses) {
      const std::span<const double> seen(observed.data() + from, kIntervalProcesses);
      const Location location = TrimmedLocation(seen, options_.rules.trim);
      ++power.intervals;
      power.covering += location.At(options_.rules.level).interval.Contains(truth) ? 1 : 0;
    }
  }

  const Observations& observations_;
  const GateOptions& options_;
};

std::map<std::string, double> Deviations(const Observations& observations, double trim) {
  std::map<std::string, double> deviations;
  for (const Cell& cell : observations.cells) {
    if (cell.work != 1) continue;
    const double deviation = WinsorizedDeviation(cell.observed.forward, trim);
    if (std::isfinite(deviation)) deviations[cell.case_name] = deviation;
  }
  return deviations;
}

// Of the last look, were its processes spread like this.
double Detectable(double deviation, const GateRules& rules) {
  const double n = rules.looks.back();
  const double left = n - 2 * std::floor(rules.trim * n);
  GateLook look;
  look.log_ratio = {0, deviation * std::sqrt(n) / left, left - 1};
  return DetectableSlowdown(look, rules, kPower);
}

}  // namespace

Certificate Certify(const Observations& observations, const GateOptions& options) {
  Certificate certificate;
  const auto deviations = Deviations(observations, options.rules.trim);
  std::map<double, Power> all, steady;
  const Cutter cutter(observations, options);
  for (const Cell& cell : observations.cells) {
    all[cell.work].work = steady[cell.work].work = cell.work;
    cutter.Cut(cell, all[cell.work]);
    const auto deviation = deviations.find(cell.case_name);
    if (deviation != deviations.end() && deviation->second <= kSteady) {
      cutter.Cut(cell, steady[cell.work]);
    }
  }
  for (const auto& [work, power] : all) certificate.all.push_back(power);
  for (const auto& [work, power] : steady) certificate.steady.push_back(power);
  for (const auto& [name, deviation] : deviations) {
    certificate.spreads.push_back({name, deviation, Detectable(deviation, options.rules)});
  }
  std::ranges::sort(certificate.spreads, {}, &CaseSpread::deviation);
  return certificate;
}

}  // namespace assay::gate
