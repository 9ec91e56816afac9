// A complete example of a custom objective, as a user writes it: the energy of an inference, read
// from an instrument of one's own. It is used as the single objective, as one of several with
// weights, and only reported.
#include <gtest/gtest.h>

#include <memory>

#include "objectives/multi_objective.h"
#include "objectives/registry.h"
#include "tests/objectives/contract.h"

namespace assay {
namespace {

// The instrument: a counter of joules that only grows (here one that a test turns by hand).
class EnergyMeter {
 public:
  virtual ~EnergyMeter() = default;
  virtual double Joules() const = 0;
};

class HandTurnedMeter : public EnergyMeter {
 public:
  explicit HandTurnedMeter(const double* joules) : joules_(joules) {}
  double Joules() const override { return *joules_; }

 private:
  const double* joules_;
};

// The objective. Its state, the meter, cannot be copied and is never constructed again.
class EnergyPerSample : public Objective {
 public:
  explicit EnergyPerSample(std::unique_ptr<EnergyMeter> meter)
      : Objective({.name = "energy",
                   .unit = "J",
                   .higher_is_better = false,
                   .pass = Pass::kLatency,
                   .representation = "energy per sample"}),
        meter_(std::move(meter)) {}

 protected:
  void OnStart(const Subject&) override { before_ = meter_->Joules(); }

  double OnEnd(const Observation& observation, Series&) override {
    if (observation.samples <= 0) return kUnavailable;
    return (meter_->Joules() - before_) / static_cast<double>(observation.samples);
  }

 private:
  std::unique_ptr<EnergyMeter> meter_;
  double before_ = 0;
};

double joules = 0;

// What a program does once, before it reads the configuration.
std::shared_ptr<Objective> RegisteredEnergy() {
  static const Status status = RegisterObjective(
      std::make_shared<EnergyPerSample>(std::make_unique<HandTurnedMeter>(&joules)));
  EXPECT_TRUE(status.ok()) << status.message();
  return MakeObjective("energy").value();
}

// What the harness does: two samples per inference, `used` joules each time.
double Measure(Objective& energy, const std::string& subject, double used) {
  for (int i = 0; i < 3; ++i) {
    energy.Start({.name = subject, .batch_size = 2});
    joules += used;
    energy.End({.duration_s = 1e-3, .samples = 2});
  }
  return energy.Value(subject);
}

TEST(CustomObjective, KeepsTheContract) {
  const auto energy = RegisteredEnergy();
  energy->Reset();
  ExpectContract(*energy);
}

TEST(CustomObjective, Single) {
  const auto energy = RegisteredEnergy();
  const auto ranking = MultiObjective::Make({.objectives = {"energy"}});
  ASSERT_TRUE(ranking.ok()) << ranking.message();
  const Measured fp32{.metrics = {0.9}, .values = {Measure(*energy, "fp32", 4)}};
  const Measured trials[] = {
      {.metrics = {0.9}, .values = {Measure(*energy, "trial 0", 3)}},
      {.metrics = {0.9}, .values = {Measure(*energy, "trial 1", 1)}},
      {.metrics = {0.5}, .values = {Measure(*energy, "trial 2", 0.5)}},  // Infeasible.
  };
  EXPECT_EQ(fp32.values[0], 2);  // 4 J for two samples.
  const Ranking result = ranking->Rank(trials, fp32);
  EXPECT_EQ(result.outcome.best, 1u);
  EXPECT_EQ(result.outcome.status, TuneStatus::kSatisfied);
}

TEST(CustomObjective, WeightedAmongOthers) {
  RegisteredEnergy();
  const Measured fp32{.metrics = {0.9}, .values = {2e-3, 2}};
  const Measured trials[] = {{.metrics = {0.9}, .values = {1e-3, 1.5}},   // The fastest.
                             {.metrics = {0.9}, .values = {1.5e-3, 1}}};  // The thriftiest.
  const auto best = [&](std::vector<double> weight) {
    const auto ranking =
        MultiObjective::Make({.objectives = {"performance", "energy"}, .weight = weight});
    return ranking->Rank(trials, fp32).outcome.best;
  };
  EXPECT_EQ(best({0.7, 0.3}), 0u);
  EXPECT_EQ(best({0.3, 0.7}), 1u);
}

TEST(CustomObjective, OnlyReported) {
  const auto energy = RegisteredEnergy();
  const auto ranking = MultiObjective::Make({.objectives = {"performance"}});
  const Measured fp32{.metrics = {0.9}, .values = {2e-3}};
  const Measured trials[] = {{.metrics = {0.9}, .values = {1e-3}}};
  EXPECT_EQ(ranking->Rank(trials, fp32).outcome.status, TuneStatus::kSatisfied);
  Measure(*energy, "best", 100);  // Costly, which decides nothing, and is shown.
  const Summary summary = energy->Report("best");
  EXPECT_EQ(summary.value, 50);
  EXPECT_EQ(energy->representation(), "energy per sample");
  EXPECT_EQ(energy->unit(), "J");
}

}  // namespace
}  // namespace assay
