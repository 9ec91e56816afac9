#include "objectives/comparison.h"

#include <algorithm>
#include <cmath>

#include "kernels/base/check.h"
#include "objectives/stats/equivalence.h"
#include "objectives/stats/geometric_mean.h"
#include "objectives/stats/multiple.h"
#include "objectives/stats/trimmed.h"

namespace assay {
namespace {

constexpr size_t kTrimmedFrom = 10;
constexpr double kNoTest = std::numeric_limits<double>::quiet_NaN();

std::vector<double> Logarithms(std::span<const double> values) {
  std::vector<double> logarithms;
  for (const double value : values) logarithms.push_back(std::log(value));
  return logarithms;
}

std::vector<double> Correct(const std::vector<double>& p_values, Correction correction) {
  switch (correction) {
    case Correction::kFalseDiscovery:
      return BenjaminiHochberg(p_values);
    case Correction::kAnyFalse:
      return Holm(p_values);
    case Correction::kNone:
      break;
  }
  return p_values;
}

}  // namespace

const char* Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter:
      return "better";
    case Verdict::kSame:
      return "same";
    case Verdict::kWorse:
      return "worse";
    case Verdict::kUnsure:
      break;
  }
  return "unsure";
}

Location LogRatio(std::span<const double> x, std::span<const double> y) {
  const double fraction = std::min(x.size(), y.size()) < kTrimmedFrom ? 0 : 0.2;
  return TrimmedDifference(Logarithms(x), Logarithms(y), fraction);
}

std::vector<Judgement> Judge(std::span<const Location> log_ratios, const ComparisonRules& rules) {
  ASSAY_CHECK(rules.margin >= 0 && 0 < rules.level && rules.level < 1);
  const double margin = std::log1p(rules.margin);
  std::vector<double> beyond, within;
  for (const Location& ratio : log_ratios) {
    const MarginTests tests = TestMargin(ratio, margin);
    beyond.push_back(ratio.known() ? tests.beyond() : kNoTest);
    within.push_back(ratio.known() ? tests.within : kNoTest);
  }
  beyond = Correct(beyond, rules.correction);
  within = Correct(within, rules.correction);
  std::vector<Judgement> judgements;
  for (size_t i = 0; i < log_ratios.size(); ++i) {
    Judgement judgement{
        .ratio = Exp(log_ratios[i].At(rules.level)), .p_beyond = beyond[i], .p_within = within[i]};
    if (beyond[i] <= 1 - rules.level) {
      judgement.verdict = log_ratios[i].value > 0 ? Verdict::kWorse : Verdict::kBetter;
    } else if (within[i] <= 1 - rules.level) {
      judgement.verdict = Verdict::kSame;
    }
    judgements.push_back(judgement);
  }
  return judgements;
}

}  // namespace assay
