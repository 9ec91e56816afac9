#include "harness/compare/variants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <random>

#include "harness/measure/bandwidth.h"
#include "harness/measure/clock.h"
#include "harness/measure/cold.h"
#include "harness/measure/peak.h"
#include "harness/measure/runner.h"
#include "kernels/base/buffer.h"
#include "kernels/base/nearest_name.h"
#include "objectives/stats/order.h"
#include "objectives/stats/random.h"

namespace assay::compare {
namespace {

constexpr int kMinPlacements = 6, kMaxPlacements = 20;
constexpr int kTrimmedFrom = 10;  // Placements: objectives/stats/trimmed.h.
// Of one placement.
constexpr int kMinRounds = 2, kMaxRounds = 21, kMinColdRounds = 1, kMaxColdRounds = 5;
constexpr uint32_t kMaxGapBytes = 1 << 18;

// The comparison with what it runs.
struct Field {
  VariantComparison comparison;
  std::vector<VariantChoice> choices = {};
  std::vector<std::unique_ptr<catalog::Run>> runs = {};  // One per variant, of this placement.
  Buffer gap = {};  // Taken before them, so that they lie elsewhere than those before.
};

using TimesOf = Times& (*)(VariantTimes&);
Times& Warm(VariantTimes& variant) { return variant.warm; }
Times& Cold(VariantTimes& variant) { return *variant.cold; }

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

// Makes the variant's run anew.
Status Place(Field& field, size_t i, const VariantOptions& options) {
  KernelOptions kernel = options.kernel;
  kernel.variant = field.choices[i].name;
  ASSAY_ASSIGN_OR_RETURN(catalog::Run run, catalog::Run::Make(field.comparison.problem, kernel));
  field.runs[i] = std::make_unique<catalog::Run>(std::move(run));
  return {};
}

// Makes all runs anew, in another order behind another gap.
Status PlaceAll(Field& field, std::mt19937_64& generator, const VariantOptions& options) {
  for (auto& run : field.runs) run.reset();
  field.gap = Buffer(UniformIndex(generator, kMaxGapBytes) + 1);
  std::vector<size_t> order(field.runs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::shuffle(order, generator);
  for (const size_t i : order) ASSAY_RETURN_IF_ERROR(Place(field, i, options));
  return {};
}

// Who takes part, and whether all compute the same.
Status Enter(Field& field, const VariantOptions& options) {
  std::map<std::string, int> taken;
  field.runs.resize(field.choices.size());
  for (size_t i = 0; i < field.choices.size(); ++i) {
    const VariantChoice& choice = field.choices[i];
    ASSAY_RETURN_IF_ERROR(Place(field, i, options));
    if (const Status right = field.runs[i]->Verify(); !right.ok()) {
      field.comparison.wrong = right.message();
      return {};
    }
    const int number = ++taken[choice.name];
    field.comparison.variants.push_back(
        {.name = number == 1 ? choice.name : fmt::format("{} #{}", choice.name, number),
         .picked = choice.picked && number == 1,
         .packed_bytes = static_cast<int64_t>(field.runs[i]->packed_bytes())});
    if (options.cold) field.comparison.variants.back().cold.emplace();
  }
  return {};
}

// Takes in the rounds of a placement: seconds[i][r] of variant i in round r.
void Add(std::vector<VariantTimes>& variants, const std::vector<std::vector<double>>& seconds,
         TimesOf times_of) {
  const size_t rounds = seconds[0].size();
  if (rounds == 0) return;
  std::vector<double> shared(rounds, 0);
  for (const auto& row : seconds) {
    for (size_t r = 0; r < rounds; ++r) {
      shared[r] += std::log(row[r]) / static_cast<double>(seconds.size());
    }
  }
  for (size_t i = 0; i < variants.size(); ++i) {
    Times& times = times_of(variants[i]);
    std::vector<double> own(rounds);
    for (size_t r = 0; r < rounds; ++r) own[r] = std::log(seconds[i][r]) - shared[r];
    times.placements.push_back(TrimmedMean(own, 0.2));
    times.seconds.insert(times.seconds.end(), seconds[i].begin(), seconds[i].end());
  }
}

// Who is the best, once everybody has had as many placements.
void Judge(std::vector<VariantTimes>& variants, const VariantOptions& options, TimesOf times_of) {
  std::vector<std::vector<double>> logarithms;
  for (VariantTimes& variant : variants) {
    Times& times = times_of(variant);
    times.median_s = Median(times.seconds);
    times.standing.tied = true;
    logarithms.push_back(times.placements);
  }
  if (variants.size() < 2) return;
  const double fraction = std::ssize(logarithms[0]) < kTrimmedFrom ? 0 : 0.2;
  const auto standings = CompareWithBest(logarithms, options.level, options.margin, fraction);
  for (size_t i = 0; i < variants.size(); ++i) times_of(variants[i]).standing = standings[i];
}

void TimeWarm(Field& field, uint64_t seed, const VariantOptions& options) {
  std::vector<measure::TimedSubject> subjects;
  for (size_t i = 0; i < field.runs.size(); ++i) {
    subjects.push_back(
        {field.comparison.variants[i].name, [run = field.runs[i].get()] { run->Once(); }});
  }
  measure::RunnerOptions runner;
  runner.budget_s = options.budget_s / kMaxPlacements;
  runner.min_rounds = kMinRounds;
  runner.max_rounds = kMaxRounds;
  runner.max_warmup_s = runner.budget_s / 10;
  runner.settling_runs = 1;
  runner.seed = seed;
  runner.stop = options.stop;
  measure::Timing timing = measure::TimeInterleaved(subjects, runner);
  field.comparison.interrupted = timing.interrupted;
  std::vector<std::vector<double>> seconds;
  for (measure::SubjectTimes& times : timing.subjects) {
    seconds.push_back(std::move(options.kernel.threads == 1 ? times.cpu_seconds : times.seconds));
  }
  Add(field.comparison.variants, seconds, Warm);
}

std::span<const uint8_t> Source(const catalog::Run& run) {
  const ConvSpec& s = run.problem().spec;
  const int64_t element = run.problem().type == ComputeType::kF32 ? 4 : 1;
  return {static_cast<const uint8_t*>(run.operands().src),
          static_cast<size_t>(s.n * s.h * s.w * s.c * element)};
}

void TimeCold(Field& field, uint64_t seed, const VariantOptions& options) {
  std::vector<measure::ColdSubject> subjects;
  for (const auto& run : field.runs) {
    subjects.push_back({[subject = run.get()] { subject->Once(); }, Source(*run)});
  }
  const auto seconds = measure::TimeCold(subjects, {.cpu_time = options.kernel.threads == 1,
                                                    .budget_s = options.budget_s / kMaxPlacements,
                                                    .min_rounds = kMinColdRounds,
                                                    .max_rounds = kMaxColdRounds,
                                                    .seed = seed,
                                                    .stop = options.stop});
  field.comparison.interrupted = options.stop && options.stop();
  Add(field.comparison.variants, seconds, Cold);
}

// Placements until there are enough of them or the time is over.
Status TimeAll(Field& field, const VariantOptions& options) {
  std::mt19937_64 generator(options.seed);
  const double start_s = measure::MonotonicSeconds();
  const double budget_s = options.budget_s * (options.cold ? 2 : 1);
  for (int done = 0; done < kMaxPlacements && !field.comparison.interrupted; ++done) {
    if (done >= kMinPlacements && measure::MonotonicSeconds() - start_s > budget_s) break;
    if (done > 0) ASSAY_RETURN_IF_ERROR(PlaceAll(field, generator, options));
    TimeWarm(field, generator(), options);
    if (options.cold && !field.comparison.interrupted) TimeCold(field, generator(), options);
  }
  return {};
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
  ASSAY_ASSIGN_OR_RETURN(field.choices, Choose(problem, options));
  if (field.choices.empty()) {
    return Error(problem.ToString() + ": no variant beside plain loops runs here");
  }
  ASSAY_RETURN_IF_ERROR(Enter(field, options));
  VariantComparison& comparison = field.comparison;
  if (!comparison.wrong.empty()) return std::move(comparison);
  ASSAY_RETURN_IF_ERROR(TimeAll(field, options));
  if (comparison.interrupted) return std::move(comparison);
  Judge(comparison.variants, options, Warm);
  RatePeak(comparison, options.kernel.threads);
  if (options.cold) {
    Judge(comparison.variants, options, Cold);
    comparison.dram_bytes_per_s = measure::DramBytesPerSecond().value_or(0);
  }
  return std::move(comparison);
}

}  // namespace assay::compare
