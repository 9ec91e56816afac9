#include "harness/compare/variants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "harness/measure/bandwidth.h"
#include "harness/measure/cold.h"
#include "harness/measure/peak.h"
#include "harness/measure/runner.h"
#include "kernels/base/nearest_name.h"
#include "objectives/stats/order.h"

namespace assay::compare {
namespace {

constexpr int kMinRounds = 10, kMaxRounds = 201, kMaxColdRounds = 61;

// The comparison with what it runs.
struct Field {
  VariantComparison comparison;
  std::vector<std::unique_ptr<catalog::Run>> runs = {};  // One per variant.
};

// Those asked for, or all that are worth it.
Result<std::vector<VariantChoice>> Choose(const catalog::Problem& problem,
                                          const VariantOptions& options) {
  const std::vector<VariantChoice> all = catalog::Explain(problem, options.kernel);
  std::vector<VariantChoice> chosen;
  if (options.names.empty()) {
    std::ranges::copy_if(all, std::back_inserter(chosen), [](const VariantChoice& choice) {
      return choice.available && choice.affordable && choice.isa != Isa::kScalar;
    });
    return chosen;
  }
  std::vector<std::string_view> known;
  for (const VariantChoice& choice : all) known.push_back(choice.name);
  for (const std::string& name : options.names) {
    const auto found = std::ranges::find(all, name, &VariantChoice::name);
    if (found == all.end()) {
      return Error(problem.ToString() + ": " + UnknownName("variant", name, known));
    }
    if (!found->available) {
      return Error(
          fmt::format("{}: {} cannot do it here: {}", problem.ToString(), name, found->reason));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

Status Enter(Field& field, const VariantChoice& choice, const VariantOptions& options,
             std::map<std::string, int>& taken) {
  KernelOptions kernel = options.kernel;
  kernel.variant = choice.name;
  ASSAY_ASSIGN_OR_RETURN(catalog::Run run, catalog::Run::Make(field.comparison.problem, kernel));
  if (const Status right = run.Verify(); !right.ok()) field.comparison.wrong = right.message();
  const int number = ++taken[choice.name];
  field.comparison.variants.push_back(
      {.name = number == 1 ? choice.name : fmt::format("{} #{}", choice.name, number),
       .picked = choice.picked && number == 1,
       .packed_bytes = static_cast<int64_t>(run.packed_bytes())});
  field.runs.push_back(std::make_unique<catalog::Run>(std::move(run)));
  return {};
}

// Who is the best, once everybody has as many rounds.
void Judge(std::vector<VariantTimes>& variants, const VariantOptions& options,
           Times& (*times_of)(VariantTimes&)) {
  std::vector<std::vector<double>> logarithms;
  for (VariantTimes& variant : variants) {
    Times& times = times_of(variant);
    times.median_s = Median(times.seconds);
    std::vector<double>& row = logarithms.emplace_back();
    for (const double seconds : times.seconds) row.push_back(std::log(seconds));
  }
  if (variants.size() < 2) {
    for (VariantTimes& variant : variants) times_of(variant).standing.tied = true;
    return;
  }
  const std::vector<Standing> standings =
      CompareWithBest(logarithms, options.level, options.margin);
  for (size_t i = 0; i < variants.size(); ++i) times_of(variants[i]).standing = standings[i];
}

void TimeWarm(Field& field, const VariantOptions& options) {
  std::vector<measure::TimedSubject> subjects;
  for (size_t i = 0; i < field.runs.size(); ++i) {
    subjects.push_back(
        {field.comparison.variants[i].name, [run = field.runs[i].get()] { run->Once(); }});
  }
  measure::RunnerOptions runner;
  runner.budget_s = options.budget_s;
  runner.min_rounds = kMinRounds;
  runner.max_rounds = kMaxRounds;
  runner.max_warmup_s = options.budget_s / 10;
  runner.settling_runs = 1;
  runner.seed = options.seed;
  runner.stop = options.stop;
  measure::Timing timing = measure::TimeInterleaved(subjects, runner);
  field.comparison.interrupted = timing.interrupted;
  for (size_t i = 0; i < subjects.size(); ++i) {
    measure::SubjectTimes& times = timing.subjects[i];
    field.comparison.variants[i].warm.seconds =
        std::move(options.kernel.threads == 1 ? times.cpu_seconds : times.seconds);
  }
  Judge(field.comparison.variants, options,
        [](VariantTimes& variant) -> Times& { return variant.warm; });
}

std::span<const uint8_t> Source(const catalog::Run& run) {
  const ConvSpec& s = run.problem().spec;
  const int64_t element = run.problem().type == ComputeType::kF32 ? 4 : 1;
  return {static_cast<const uint8_t*>(run.operands().src),
          static_cast<size_t>(s.n * s.h * s.w * s.c * element)};
}

void TimeCold(Field& field, const VariantOptions& options) {
  std::vector<measure::ColdSubject> subjects;
  for (const auto& run : field.runs) {
    subjects.push_back({[subject = run.get()] { subject->Once(); }, Source(*run)});
  }
  auto seconds = measure::TimeCold(subjects, {.cpu_time = options.kernel.threads == 1,
                                              .budget_s = options.budget_s,
                                              .min_rounds = kMinRounds,
                                              .max_rounds = kMaxColdRounds,
                                              .seed = options.seed,
                                              .stop = options.stop});
  field.comparison.interrupted = options.stop && options.stop();
  for (size_t i = 0; i < seconds.size(); ++i) {
    field.comparison.variants[i].cold = Times{.seconds = std::move(seconds[i]), .standing = {}};
  }
  Judge(field.comparison.variants, options,
        [](VariantTimes& variant) -> Times& { return *variant.cold; });
  field.comparison.dram_bytes_per_s = measure::DramBytesPerSecond().value_or(0);
}

void RatePeak(VariantComparison& comparison, int threads) {
  const auto peak = measure::MeasurePeak(comparison.problem.type);
  if (peak.ok()) comparison.peak_ops_per_s = peak->ops_per_s * threads;
  const double ops = 2 * static_cast<double>(comparison.problem.macs());
  for (VariantTimes& variant : comparison.variants) {
    variant.fraction_of_peak =
        peak.ok() ? ops / variant.warm.median_s / comparison.peak_ops_per_s : std::nan("");
  }
}

}  // namespace

std::vector<std::string> VariantComparison::NotCold() const {
  std::vector<std::string> names;
  for (const VariantTimes& variant : variants) {
    if (!variant.cold || dram_bytes_per_s <= 0) continue;
    const double least_s = static_cast<double>(variant.packed_bytes) / dram_bytes_per_s;
    if (variant.cold->median_s < least_s) names.push_back(variant.name);
  }
  return names;
}

const VariantTimes* VariantComparison::picked() const {
  const auto found = std::ranges::find_if(variants, &VariantTimes::picked);
  return found == variants.end() ? nullptr : &*found;
}

Result<VariantComparison> CompareVariants(const catalog::Problem& problem,
                                          const VariantOptions& options) {
  Field field{.comparison = {.problem = problem}};
  ASSAY_ASSIGN_OR_RETURN(const auto choices, Choose(problem, options));
  if (choices.empty())
    return Error(problem.ToString() + ": no variant beside plain loops runs here");
  std::map<std::string, int> taken;
  for (const VariantChoice& choice : choices) {
    ASSAY_RETURN_IF_ERROR(Enter(field, choice, options, taken));
    if (!field.comparison.wrong.empty()) return std::move(field.comparison);
  }
  TimeWarm(field, options);
  RatePeak(field.comparison, options.kernel.threads);
  if (options.cold && !field.comparison.interrupted) TimeCold(field, options);
  return std::move(field.comparison);
}

}  // namespace assay::compare
