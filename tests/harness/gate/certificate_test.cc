// The certificate of observations whose truth is known: simulated, so that every share has a value.
#include "harness/gate/certificate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace assay::gate {
namespace {

class Simulation {
 public:
  explicit Simulation(double deviation) : noise_(0, deviation) {}

  Stream Of(double work, int processes) {
    Stream stream;
    for (int i = 0; i < processes; ++i) {
      stream.forward.push_back(std::log(work) + noise_(random_));
      stream.reversed.push_back(std::log(work) + noise_(random_));
    }
    return stream;
  }

  Observations All(int processes) {
    Observations observed;
    for (const double work : {1.0, 1.01, 1.02, 1.05}) {
      observed.cells.push_back({"case", work, work, false, Of(work, processes)});
    }
    observed.null = Of(1, processes);
    observed.sentinel = Of(1.03, processes);
    return observed;
  }

 private:
  std::mt19937_64 random_{7};
  std::normal_distribution<double> noise_;
};

TEST(Certify, OfASteadyMachineTheGateKeepsItsPromises) {
  const Certificate c = Certify(Simulation(0.003).All(20000), GateOptions());
  ASSERT_EQ(c.all.size(), 4u);
  const auto share = [](int64_t count, int64_t of) { return double(count) / double(of); };
  for (const Power& p : c.all) {
    EXPECT_GT(p.comparisons, 900) << p.work;
    EXPECT_LT(share(p.invalid, p.comparisons), 0.02) << p.work;
    EXPECT_EQ(p.intervals, 4000) << p.work;
    EXPECT_NEAR(share(p.covering, p.intervals), 0.95, 0.02) << p.work;
    EXPECT_EQ(p.valid(), p.regressed + p.improved + p.ok + p.inconclusive) << p.work;
  }
  EXPECT_EQ(c.all[0].regressed, 0);
  EXPECT_LE(share(c.all[1].regressed, c.all[1].valid()), 0.01);  // At the limit.
  EXPECT_GE(share(c.all[2].regressed, c.all[2].valid()), 0.9);
  EXPECT_GE(share(c.all[3].regressed, c.all[3].valid()), 0.99);
  ASSERT_EQ(c.steady.size(), 4u);
  EXPECT_EQ(c.steady[2].comparisons, c.all[2].comparisons);
  ASSERT_EQ(c.spreads.size(), 1u);
  EXPECT_NEAR(c.spreads[0].detectable, 0.015, 0.005);
}

TEST(Certify, WhoComesFirstMakesNoDifferenceToLooksThatTakeTurns) {
  Observations observed = Simulation(0.003).All(4000);
  observed.cells.resize(1);
  for (double& ratio : observed.cells[0].observed.forward) ratio += 0.002;
  for (double& ratio : observed.cells[0].observed.reversed) ratio -= 0.002;
  const Power turns = Certify(observed, GateOptions()).all[0];
  EXPECT_EQ(turns.intervals, 800);  // Looks and mirrors.
  EXPECT_GE(double(turns.covering) / double(turns.intervals), 0.94);
  // The base always first, as it were:
  for (size_t i = 1; i < 4000; i += 2) {
    std::swap(observed.cells[0].observed.forward[i], observed.cells[0].observed.reversed[i]);
  }
  const Power always = Certify(observed, GateOptions()).all[0];
  EXPECT_LT(double(always.covering) / double(always.intervals), 0.6);
}

TEST(Certify, ModelsAreJudgedByTheirOwnLimit) {
  Observations observed = Simulation(0.003).All(4000);
  observed.cells = {{"kernel", 1.015, 1.015, false, Simulation(0.003).Of(1.015, 4000)},
                    {"kernel", 1, 1, false, Simulation(0.003).Of(1, 4000)}};
  const Certificate kernel = Certify(observed, GateOptions());
  for (Cell& cell : observed.cells) cell.steps = true;
  const Certificate model = Certify(observed, GateOptions());
  EXPECT_GT(kernel.all[1].regressed, kernel.all[1].valid() / 4);
  EXPECT_EQ(model.all[1].regressed, 0);
  EXPECT_GT(model.all[1].ok, model.all[1].valid() / 4);
  EXPECT_NEAR(model.spreads[0].detectable - kernel.spreads[0].detectable, 0.01, 1e-3);
}

TEST(AlarmBound, IsOnePercentWith368ComparisonsAndNoAlarm) {
  Certificate c;
  EXPECT_EQ(c.AlarmBound(), 1);
  c.all = {{.work = 1, .comparisons = 400, .invalid = 32}};
  EXPECT_LE(c.AlarmBound(), 0.01);
  EXPECT_GT(c.AlarmBound(), 0.0099);
  c.all[0].regressed = 1;
  EXPECT_GT(c.AlarmBound(), 0.01);
}

TEST(Certify, WhereTheSentinelIsLostNothingIsValid) {
  Observations observed = Simulation(0.003).All(200);
  observed.sentinel = observed.null;
  for (const Power& p : Certify(observed, GateOptions()).all) {
    EXPECT_GT(p.comparisons, 0);
    EXPECT_EQ(p.invalid, p.comparisons);
    EXPECT_EQ(p.regressed, 0);
  }
}

TEST(Certify, NoObservationIsUsedTwiceByTheLooks) {
  Observations observed = Simulation(0.003).All(400);
  observed.cells.resize(1);
  const Certificate c = Certify(observed, GateOptions());
  EXPECT_LE(c.all[0].processes, 2 * 400);  // In either order.
  EXPECT_GE(c.all[0].processes, 2 * (400 - 20));
}

TEST(Certify, OnAWildMachineNoCaseIsSteady) {
  const Certificate c = Certify(Simulation(0.02).All(400), GateOptions());
  EXPECT_EQ(c.steady[0].comparisons, 0);
  EXPECT_GT(c.spreads[0].detectable, 0.02);
}

TEST(Certify, TooFewProcessesAreNoComparison) {
  const Certificate c = Certify(Simulation(0.003).All(19), GateOptions());
  EXPECT_EQ(c.all[0].comparisons, 0);
}

}  // namespace
}  // namespace assay::gate
