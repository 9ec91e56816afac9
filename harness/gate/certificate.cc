#include "harness/gate/certificate.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "objectives/stats/proportion.h"
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

// The halves of a stream.
struct Halves {
  explicit Halves(const Stream& stream) : looks(Looks(stream)), mirrors(Mirrors(stream)) {}
  Halves Swapped() const {
    Halves swapped = *this;
    swap(swapped.looks, swapped.mirrors);
    return swapped;
  }

  std::vector<double> looks, mirrors;
};

class Cutter {
 public:
  Cutter(const Observations& observations, const GateOptions& options)
      : null_(observations.null), sentinel_(observations.sentinel), options_(options) {}

  void Cut(const Cell& cell, Power& power) const {
    const Halves observed(cell.observed);
    const GateRules rules = RulesOf(cell.steps, options_);
    Cut(observed, rules, null_.looks, sentinel_.looks, power);
    // With identical builds the mirrors are comparisons of their own.
    if (cell.work == 1) {
      Cut(observed.Swapped(), rules, null_.mirrors, sentinel_.mirrors, power);
    }
    Cover(observed.looks, std::log(cell.truth), power);
    Cover(observed.mirrors, std::log(cell.truth), power);
  }

 private:
  void Cut(const Halves& observed, const GateRules& rules, const std::vector<double>& null,
           const std::vector<double>& sentinel, Power& power) const {
    const std::vector<double>& looked = observed.looks;
    const auto most = static_cast<size_t>(rules.looks.back());
    size_t confirmed_to = 0;
    for (size_t from = 0; from + most <= looked.size();) {
      const Judged judged = Judge(looked, from, rules);
      const bool suspected = judged.verdict == GateVerdict::kRegressed;
      const auto needed = static_cast<size_t>(options_.confirming.back());
      if (suspected && confirmed_to + needed > observed.mirrors.size()) return;
      const bool valid = ControlsHold(Judge(null, from, options_.rules).verdict,
                                      Judge(sentinel, from, options_.rules).verdict);
      ++power.comparisons;
      power.processes += static_cast<int64_t>(judged.used);
      from += judged.used;
      bool found = false;
      if (suspected) found = FindsAgain(observed.mirrors, rules, confirmed_to);
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
  bool FindsAgain(const std::vector<double>& observed, const GateRules& rules, size_t& from) const {
    size_t used = 0;
    bool found = false;
    for (size_t i = 0; i < options_.confirming.size() && !found; ++i) {
      used = static_cast<size_t>(options_.confirming[i]);
      found = Confirms(std::span(observed).subspan(from, used), rules, options_);
    }
    from += used;
    return found;
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

  const Halves null_, sentinel_;
  const GateOptions& options_;
};

// Of the last look, were its processes spread like this.
double Detectable(double deviation, const GateRules& rules) {
  const double n = rules.looks.back();
  const double left = n - 2 * std::floor(rules.trim * n);
  GateLook look;
  look.log_ratio = {0, deviation * std::sqrt(n) / left, left - 1};
  return DetectableSlowdown(look, rules, kPower);
}

// Of the cases of identical builds, where it is known.
std::vector<CaseSpread> Spreads(const Observations& observations, const GateOptions& options) {
  std::vector<CaseSpread> spreads;
  for (const Cell& cell : observations.cells) {
    if (cell.work != 1) continue;
    const double deviation = WinsorizedDeviation(Looks(cell.observed), options.rules.trim);
    if (!std::isfinite(deviation)) continue;
    spreads.push_back(
        {cell.case_name, deviation, Detectable(deviation, RulesOf(cell.steps, options))});
  }
  std::ranges::sort(spreads, {}, &CaseSpread::deviation);
  return spreads;
}

std::vector<double> EveryOther(const std::vector<double>& even, const std::vector<double>& odd) {
  std::vector<double> mixed;
  for (size_t i = 0; i < std::min(even.size(), odd.size()); ++i) {
    mixed.push_back(i % 2 == 0 ? even[i] : odd[i]);
  }
  return mixed;
}

}  // namespace

std::vector<double> Looks(const Stream& stream) {
  return EveryOther(stream.forward, stream.reversed);
}

std::vector<double> Mirrors(const Stream& stream) {
  return EveryOther(stream.reversed, stream.forward);
}

const Power* Certificate::identical() const {
  const auto found = std::ranges::find(all, 1.0, &Power::work);
  return found == all.end() ? nullptr : &*found;
}

double Certificate::AlarmBound() const {
  const Power* same = identical();
  if (same == nullptr || same->valid() == 0) return 1;
  return ClopperPearson(same->regressed, same->valid()).interval.hi;
}

Certificate Certify(const Observations& observations, const GateOptions& options) {
  Certificate certificate;
  certificate.spreads = Spreads(observations, options);
  const auto is_steady = [&](const Cell& cell) {
    const auto spread =
        std::ranges::find(certificate.spreads, cell.case_name, &CaseSpread::case_name);
    return spread != certificate.spreads.end() && spread->deviation <= kSteady;
  };
  std::map<double, Power> all, steady;
  const Cutter cutter(observations, options);
  for (const Cell& cell : observations.cells) {
    all[cell.work].work = steady[cell.work].work = cell.work;
    cutter.Cut(cell, all[cell.work]);
    if (is_steady(cell)) cutter.Cut(cell, steady[cell.work]);
  }
  for (const auto& [work, power] : all) certificate.all.push_back(power);
  for (const auto& [work, power] : steady) certificate.steady.push_back(power);
  return certificate;
}

}  // namespace assay::gate
