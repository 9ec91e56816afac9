#include "bench/peers/race.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "bench/common/awake_cpus.h"
#include "bench/common/idle.h"
#include "bench/common/pinned_threads.h"
#include "bench/peers/assay.h"
#include "harness/compare/agreement.h"
#include "harness/measure/cold.h"
#include "harness/measure/interrupt.h"
#include "harness/measure/peak.h"
#include "harness/measure/runner.h"
#include "objectives/stats/order.h"

namespace assay::peers {
namespace {

constexpr int kMinRounds = 5, kPackings = 5;
constexpr double kSettling_s = 3e-3;  // Threads that slept are awake by then.

// A race before it is run: who takes part.
struct Field {
  Race race;
  std::vector<std::unique_ptr<Contestant>> contestants = {};  // One per lane.

  void Add(Lane lane, std::unique_ptr<Contestant> contestant) {
    lane.detail = contestant->detail();
    race.lanes.push_back(std::move(lane));
    contestants.push_back(std::move(contestant));
  }
  AssayContestant& choice() { return static_cast<AssayContestant&>(*contestants[0]); }
};

Status EnterRun(Field& field, const KernelOptions& options, Role role, std::string name) {
  ASSAY_ASSIGN_OR_RETURN(catalog::Run run, catalog::Run::Make(field.race.problem, options));
  ASSAY_RETURN_IF_ERROR(run.Verify());
  auto made = std::make_unique<AssayContestant>(std::move(run));
  const Algorithm algorithm = made->algorithm();
  field.Add({.name = std::move(name), .role = role, .algorithm = algorithm}, std::move(made));
  return {};
}

// Other variants: all, where asked for; the direct ones, where dispatch picked Winograd's, so that
// these can be compared with direct peers. Plain loops are the definition, not a contestant.
Status EnterVariants(Field& field, const RaceOptions& options) {
  const bool winograd = field.race.lanes[0].algorithm == Algorithm::kWinograd;
  if (!options.variants && !winograd) return {};
  field.race.every_variant = options.variants;
  for (const VariantChoice& choice : catalog::Explain(field.race.problem)) {
    const bool takes_part = choice.available && choice.affordable && choice.isa != Isa::kScalar;
    if (!takes_part || choice.name == field.race.lanes[0].detail) continue;
    KernelOptions kernel;
    kernel.threads = options.threads;
    kernel.variant = choice.name;
    ASSAY_RETURN_IF_ERROR(EnterRun(field, kernel, Role::kVariant, "assay/" + choice.name));
  }
  return {};
}

Status EnterAssay(Field& field, const RaceOptions& options) {
  KernelOptions kernel;
  kernel.threads = options.threads;
  ASSAY_RETURN_IF_ERROR(EnterRun(field, kernel, Role::kChoice, "assay"));
  ASSAY_RETURN_IF_ERROR(EnterVariants(field, options));
  if (options.threads == 1) return {};
  return EnterRun(field, {}, Role::kOneThread, "assay, one thread");
}

// Without VNNI, oneDNN adds pairs of products in 16 bits, which saturates on full-range operands.
bool TierSaturates(ComputeType type) {
  const IsaSet usable = UsableIsas();
  return type != ComputeType::kF32 && !usable.has(Isa::kAvxVnni) && !usable.has(Isa::kAvx512Vnni);
}

bool Wanted(const Peer& peer, const RaceOptions& options) {
  return options.peers.empty() ||
         std::find(options.peers.begin(), options.peers.end(), peer.name) != options.peers.end();
}

void EnterPeer(Field& field, const Peer& peer, const Task& task) {
  auto made = peer.make(task);
  if (!made.ok()) return;
  Lane lane{.name = peer.name, .role = Role::kPeer, .algorithm = peer.algorithm};
  const bool winograd = field.race.lanes[0].algorithm == Algorithm::kWinograd;
  const Status agrees =
      compare::CheckAgreement(task, winograd ? Algorithm::kWinograd : peer.algorithm, **made);
  if (!agrees.ok()) {
    lane.saturates = TierSaturates(task.problem.type);
    if (!lane.saturates) {
      field.race.notes.push_back(task.problem.ToString() + ": " + peer.name + " (" +
                                 (*made)->detail() +
                                 ") is wrong and left out: " + agrees.message());
      return;
    }
  }
  field.Add(std::move(lane), *std::move(made));
}

// Not among the turns: it happens once per plan.
void TimePacking(Field& field) {
  const measure::Clock clock;
  std::vector<double> seconds;
  for (int i = 0; i < kPackings; ++i) {
    const double start_s = clock.cpu_s();
    field.choice().run().Pack();
    seconds.push_back(clock.cpu_s() - start_s);
  }
  field.race.pack_s = Median(seconds);
}

void TimeWarm(Field& field, const RaceOptions& options) {
  std::vector<measure::TimedSubject> subjects;
  for (size_t i = 0; i < field.contestants.size(); ++i) {
    subjects.push_back(
        {field.race.lanes[i].name, [subject = field.contestants[i].get()] { subject->Once(); }});
  }
  measure::RunnerOptions runner;
  runner.budget_s = options.budget_s;
  runner.min_rounds = std::min(kMinRounds, options.max_rounds);
  runner.max_rounds = options.max_rounds;
  runner.max_warmup_s = options.budget_s / 10;
  runner.settling_runs = 1;
  runner.seed = options.seed;
  runner.stop = measure::Interrupted;
  std::optional<bench::AwakeCpus> awake;
  std::optional<bench::PinnedThreads> pinned;
  if (options.threads > 1) {
    awake.emplace(options.threads);
    for (const auto& contestant : field.contestants) contestant->Once();  // Its threads are there.
    pinned.emplace();
    runner.before_sample = bench::WaitUntilIdle;
    runner.settling_s = kSettling_s;
  }
  measure::Timing timing = measure::TimeInterleaved(subjects, runner);
  field.race.iterations = timing.iterations;
  for (size_t i = 0; i < subjects.size(); ++i) {
    measure::SubjectTimes& times = timing.subjects[i];
    field.race.lanes[i].seconds = options.threads == 1 ? times.cpu_seconds : times.seconds;
    field.race.lanes[i].wall_s = std::move(times.seconds);
  }
}

void TimeCold(Field& field, const RaceOptions& options) {
  std::vector<measure::ColdSubject> subjects;
  for (const auto& contestant : field.contestants) {
    subjects.push_back(
        {[subject = contestant.get()] { subject->Once(); }, contestant->activations()});
  }
  auto seconds = measure::TimeCold(subjects, {.cpu_time = options.threads == 1,
                                              .budget_s = std::numeric_limits<double>::infinity(),
                                              .min_rounds = 1,
                                              .max_rounds = options.max_rounds,
                                              .seed = options.seed,
                                              .stop = measure::Interrupted});
  for (size_t i = 0; i < seconds.size(); ++i) {
    field.race.lanes[i].seconds = field.race.lanes[i].wall_s = std::move(seconds[i]);
  }
}

}  // namespace

double Lane::median_s() const { return Median(seconds); }

double Lane::spread() const {
  return (Quantile(seconds, 0.75) - Quantile(seconds, 0.25)) / median_s();
}

double Race::FractionOfPeak(const Lane& lane) const {
  if (peak_ops_per_s <= 0) return std::numeric_limits<double>::quiet_NaN();
  const double peak = lane.role == Role::kOneThread ? peak_ops_per_s / threads : peak_ops_per_s;
  return 2 * static_cast<double>(problem.macs()) / lane.median_s() / peak;
}

Result<Race> RunRace(const catalog::Problem& problem, const RaceOptions& options) {
  Field field{.race = {.problem = problem, .threads = options.threads}};
  const auto peak = measure::MeasurePeak(problem.type);
  if (peak.ok()) field.race.peak_ops_per_s = peak->ops_per_s * options.threads;
  ASSAY_RETURN_IF_ERROR(EnterAssay(field, options));
  const Task task{problem, field.choice().run().operands(), options.threads};
  for (const Peer* peer : AllPeers()) {
    if (Wanted(*peer, options)) EnterPeer(field, *peer, task);
  }
  TimePacking(field);
  if (options.cold) {
    TimeCold(field, options);
  } else {
    TimeWarm(field, options);
  }
  return std::move(field.race);
}

}  // namespace assay::peers
