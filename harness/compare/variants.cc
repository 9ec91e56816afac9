#include "harness/compare/variants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <random>

#include "harness/compare/agreement.h"
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

// Who asks to take part: a variant, or a peer.
struct Entrant {
  VariantChoice choice = {};
  const Peer* peer = nullptr;
  std::string_view name() const {
    return peer != nullptr ? std::string_view(peer->name) : std::string_view(choice.name);
  }
};

// What a call of it does, ready to run. A peer works on the operands of a run that is not timed.
struct Subject {
  std::unique_ptr<catalog::Run> run = {};
  std::unique_ptr<PeerRun> peer = {};
  void Once() { peer ? peer->Once() : run->Once(); }
  std::vector<std::span<const uint8_t>> activations() const {
    return peer ? peer->activations() : run->activations();
  }
};

// The comparison with what it runs.
struct Field {
  VariantComparison comparison;
  std::vector<Entrant> entrants = {};
  std::vector<Subject> subjects = {};  // One per entrant, of this placement.
  Buffer gap = {};  // Taken before them, so that they lie elsewhere than those before.
};

using TimesOf = Times& (*)(VariantTimes&);
Times& Warm(VariantTimes& variant) { return variant.warm; }
Times& Cold(VariantTimes& variant) { return *variant.cold; }

// Those asked for, or all that are worth it.
Result<std::vector<Entrant>> Choose(const catalog::Problem& problem,
                                    const VariantOptions& options) {
  std::vector<Entrant> all, chosen;
  for (VariantChoice& choice : catalog::Explain(problem, options.kernel)) {
    all.push_back({.choice = std::move(choice)});
  }
  for (const Peer* peer : options.peers) all.push_back({.peer = peer});
  if (options.names.empty()) {
    std::ranges::copy_if(all, std::back_inserter(chosen), [](const Entrant& entrant) {
      const VariantChoice& choice = entrant.choice;
      return entrant.peer != nullptr ||
             (choice.available && choice.affordable && choice.isa != Isa::kScalar);
    });
    return chosen;
  }
  std::vector<std::string_view> known;
  for (const Entrant& entrant : all) known.push_back(entrant.name());
  for (const std::string& name : options.names) {
    const auto found = std::ranges::find(all, name, &Entrant::name);
    if (found == all.end()) {
      return Error(problem.ToString() + ": " + UnknownName("variant", name, known));
    }
    if (found->peer == nullptr && !found->choice.available) {
      return Error(fmt::format("{}: {} cannot do it here: {}", problem.ToString(), name,
                               found->choice.reason));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

// Makes the subject of an entrant anew. Error: a peer says that it cannot do this.
Result<Subject> Place(const Field& field, const Entrant& entrant, const VariantOptions& options) {
  KernelOptions kernel = options.kernel;
  kernel.variant = entrant.choice.name;  // "", dispatch's pick, for a peer.
  ASSAY_ASSIGN_OR_RETURN(catalog::Run run, catalog::Run::Make(field.comparison.problem, kernel));
  Subject subject{.run = std::make_unique<catalog::Run>(std::move(run))};
  if (entrant.peer == nullptr) return subject;
  ASSAY_ASSIGN_OR_RETURN(subject.peer,
                         entrant.peer->make({field.comparison.problem, subject.run->operands(),
                                             options.kernel.threads}));
  return subject;
}

// Makes all subjects anew, in another order behind another gap.
Status PlaceAll(Field& field, std::mt19937_64& generator, const VariantOptions& options) {
  for (Subject& subject : field.subjects) subject = {};
  field.gap = Buffer(UniformIndex(generator, kMaxGapBytes) + 1);
  std::vector<size_t> order(field.subjects.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::shuffle(order, generator);
  for (const size_t i : order) {
    ASSAY_ASSIGN_OR_RETURN(field.subjects[i], Place(field, field.entrants[i], options));
  }
  return {};
}

// Whether a peer computes what the run beside it did. It may round elsewhere, and so may Winograd
// on either side.
Status Agrees(const Field& field, const Entrant& entrant, Subject& subject,
              const VariantOptions& options) {
  const PeerTask task = {field.comparison.problem, subject.run->operands(), options.kernel.threads};
  const bool winograd = subject.run->Tolerance() > 0;
  const Status same = CheckAgreement(
      task, winograd ? Algorithm::kWinograd : entrant.peer->algorithm, *subject.peer);
  if (same.ok()) return {};
  return Error(fmt::format("{}: {} ({}) is wrong and left out: {}",
                           field.comparison.problem.ToString(), entrant.name(),
                           subject.peer->detail(), same.message()));
}

// Weights as they are, which everybody has to read at least.
int64_t PlainWeightBytes(const catalog::Problem& problem) {
  const ConvSpec& s = problem.spec;
  return s.oc * (s.c / s.groups) * s.kh * s.kw * (problem.type == ComputeType::kF32 ? 4 : 1);
}

// Adds one that takes part.
void Admit(Field& field, const Entrant& entrant, Subject subject, int number,
           const VariantOptions& options) {
  const std::string name(entrant.name());
  VariantTimes& admitted = field.comparison.variants.emplace_back();
  admitted.name = number == 1 ? name : fmt::format("{} #{}", name, number);
  admitted.picked = entrant.choice.picked && number == 1;
  admitted.packed_bytes = subject.peer ? PlainWeightBytes(field.comparison.problem)
                                       : static_cast<int64_t>(subject.run->packed_bytes());
  if (subject.peer) admitted.detail = subject.peer->detail();
  if (options.cold) admitted.cold.emplace();
  field.entrants.push_back(entrant);
  field.subjects.push_back(std::move(subject));
}

// One that computed what plain loops do, to the bit, and was not run since: others need no loops
// then, which take longer than a contest's rounds. nullptr: there is none yet.
const catalog::Run* Proven(const Field& field) {
  const auto found = std::ranges::find_if(field.subjects, [](const Subject& subject) {
    return !subject.peer && subject.run->Tolerance() == 0;
  });
  return found == field.subjects.end() ? nullptr : found->run.get();
}

// Who takes part, and whether all compute the same. A peer that cannot do the problem does not,
// unless it was asked for by name.
Status Enter(Field& field, const std::vector<Entrant>& asked, const VariantOptions& options) {
  std::map<std::string_view, int> taken;
  for (const Entrant& entrant : asked) {
    Result<Subject> placed = Place(field, entrant, options);
    if (!placed.ok() && entrant.peer != nullptr && options.names.empty()) continue;
    if (!placed.ok()) {
      return Error(fmt::format("{}: {}: {}", field.comparison.problem.ToString(), entrant.name(),
                               placed.message()));
    }
    const catalog::Run* proven = Proven(field);
    const Status right = proven != nullptr ? placed->run->VerifyBy(*proven) : placed->run->Verify();
    if (!right.ok()) {
      field.comparison.wrong = right.message();
      return {};
    }
    if (placed->peer) {
      if (const Status agrees = Agrees(field, entrant, *placed, options); !agrees.ok()) {
        field.comparison.left_out.push_back(agrees.message());
        continue;
      }
    }
    Admit(field, entrant, *std::move(placed), ++taken[entrant.name()], options);
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
  for (size_t i = 0; i < field.subjects.size(); ++i) {
    subjects.push_back(
        {field.comparison.variants[i].name, [subject = &field.subjects[i]] { subject->Once(); }});
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

void TimeCold(Field& field, uint64_t seed, const VariantOptions& options) {
  std::vector<measure::ColdSubject> subjects;
  for (Subject& subject : field.subjects) {
    subjects.push_back({[&subject] { subject.Once(); }, subject.activations()});
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
    // The first time, too: those that were checked were placed in the catalog's order.
    ASSAY_RETURN_IF_ERROR(PlaceAll(field, generator, options));
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
  ASSAY_ASSIGN_OR_RETURN(const std::vector<Entrant> asked, Choose(problem, options));
  ASSAY_RETURN_IF_ERROR(Enter(field, asked, options));
  VariantComparison& comparison = field.comparison;
  if (!comparison.wrong.empty()) return std::move(comparison);
  if (comparison.variants.empty()) {
    return Error(problem.ToString() + ": no variant beside plain loops runs here");
  }
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
