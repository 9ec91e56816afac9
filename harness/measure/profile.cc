#include "harness/measure/profile.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "objectives/stats/order.h"

namespace assay::measure {
namespace {

double Sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// Runs a session with a clock, and keeps what every step took in every round.
class StepClock {
 public:
  StepClock(engine::Session& session, std::span<const TensorView> inputs,
            std::span<const TensorView> outputs, const Clock& clock)
      : session_(session),
        inputs_(inputs),
        outputs_(outputs),
        clock_(clock),
        round_(session.plan().steps().size()) {}

  Status Run() {
    double last = clock_.wall_s();
    ++runs_;
    return session_.Run(inputs_, outputs_, [&](size_t step) {
      const double now = clock_.wall_s();
      round_[step] += now - last;
      last = now;
    });
  }

  void EndRound() {
    for (double& seconds : round_) seconds /= static_cast<double>(runs_);
    runs_ = 0;
    rounds_.push_back(std::exchange(round_, std::vector<double>(round_.size())));
  }

  // By step, over the middle half of all rounds but the first, which has the warm-up in it.
  std::vector<double> Means() const {
    std::vector<size_t> order(rounds_.size() - 1);
    std::iota(order.begin(), order.end(), size_t{1});
    std::ranges::sort(order, {}, [&](size_t round) { return Sum(rounds_[round]); });
    const size_t cut = order.size() / 4, count = order.size() - 2 * cut;
    std::vector<double> means(round_.size());
    for (const size_t round : std::span(order).subspan(cut, count)) {
      for (size_t i = 0; i < means.size(); ++i) {
        means[i] += rounds_[round][i] / static_cast<double>(count);
      }
    }
    return means;
  }

 private:
  engine::Session& session_;
  std::span<const TensorView> inputs_, outputs_;
  const Clock& clock_;
  std::vector<double> round_;                // By step: seconds of all runs of the round at hand.
  std::vector<std::vector<double>> rounds_;  // The rounds before: seconds per run.
  int64_t runs_ = 0;                         // Of the round at hand.
};

std::optional<double> PeakOf(const engine::StepInfo& step, int threads) {
  if (step.macs == 0) return std::nullopt;
  const auto peak = MeasurePeak(step.int8 ? ComputeType::kU8S8S32 : ComputeType::kF32);
  return peak.ok() ? std::optional(peak->ops_per_s * threads) : std::nullopt;
}

}  // namespace

std::optional<double> ProfiledStep::OpsPerSecond() const {
  if (info.macs == 0 || seconds <= 0) return std::nullopt;
  return 2 * static_cast<double>(info.macs) / seconds;
}

std::optional<double> ProfiledStep::FractionOfPeak() const {
  const auto ops = OpsPerSecond();
  return ops && peak_ops_per_s ? std::optional(*ops / *peak_ops_per_s) : std::nullopt;
}

double Profile::sum_s() const {
  double sum_s = 0;
  for (const ProfiledStep& step : steps) sum_s += step.seconds;
  return sum_s;
}

std::vector<OperatorTotal> TotalsByOperator(const Profile& profile) {
  std::vector<OperatorTotal> totals;
  for (const ProfiledStep& step : profile.steps) {
    auto total = std::ranges::find(totals, step.info.op, &OperatorTotal::op);
    if (total == totals.end()) total = totals.insert(totals.end(), {.op = step.info.op});
    ++total->steps;
    total->seconds += step.seconds;
    total->macs += step.info.macs;
    total->bytes += step.info.bytes;
    total->peak_s += step.seconds * step.FractionOfPeak().value_or(0);
  }
  std::ranges::sort(totals, std::greater(), &OperatorTotal::seconds);
  return totals;
}

Result<Profile> ProfileSteps(engine::Session& session, std::span<const TensorView> inputs,
                             std::span<const TensorView> outputs, RunnerOptions options) {
  const ProfiledModel model{session, inputs, outputs};
  ASSAY_ASSIGN_OR_RETURN(auto profiles, ProfileInTurns({&model, 1}, std::move(options)));
  return std::move(profiles[0]);
}

Result<std::vector<Profile>> ProfileInTurns(std::span<const ProfiledModel> models,
                                            RunnerOptions options) {
  Status status;
  const auto keep = [&](Status ran) {
    if (status.ok()) status = std::move(ran);
  };
  std::vector<Profile> profiles(models.size());
  std::vector<StepClock> clocks;
  for (const ProfiledModel& model : models) {
    clocks.emplace_back(model.session, model.inputs, model.outputs, options.clock);
  }
  std::vector<TimedSubject> subjects;
  for (size_t i = 0; i < models.size(); ++i) {
    const engine::Plan& plan = models[i].session.plan();
    for (const engine::StepInfo& info : plan.steps()) {
      profiles[i].steps.push_back({info, 0, PeakOf(info, plan.threads())});
    }
    subjects.push_back(
        {"whole", [&, i] { keep(models[i].session.Run(models[i].inputs, models[i].outputs)); }});
    subjects.push_back({"steps", [&, i] { keep(clocks[i].Run()); }});
  }
  options.min_sample_s = 0;
  options.progress = [&, given = options.progress](int rounds, double share) {
    for (StepClock& clock : clocks) clock.EndRound();
    if (given) given(rounds, share);
  };
  options.stop = [&, given = options.stop] { return !status.ok() || (given && given()); };
  const Timing timing = TimeInterleaved(subjects, options);
  ASSAY_RETURN_IF_ERROR(status);
  if (timing.rounds() < 2) return Error("interrupted");
  for (size_t i = 0; i < models.size(); ++i) {
    const std::vector<double> means = clocks[i].Means();
    for (size_t step = 0; step < means.size(); ++step)
      profiles[i].steps[step].seconds = means[step];
    const auto whole = std::span(timing.subjects[2 * i].seconds).subspan(1);
    profiles[i].whole_by_round_s.assign(whole.begin(), whole.end());
    profiles[i].whole_s = TrimmedMean(whole, 0.25);
    profiles[i].rounds = timing.rounds() - 1;
  }
  return profiles;
}

}  // namespace assay::measure
