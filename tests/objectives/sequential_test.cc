#include "objectives/sequential.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace assay {
namespace {

// Log ratios around a true slowdown with the spread of a quiet kernel, now and then far off.
std::vector<double> Processes(int count, double slowdown, double spread, std::mt19937_64& random) {
  std::normal_distribution<double> normal(std::log1p(slowdown), spread);
  std::bernoulli_distribution disturbed(0.05);
  std::vector<double> ratios;
  for (int i = 0; i < count; ++i) {
    ratios.push_back(normal(random) * (disturbed(random) ? 10 : 1));
  }
  return ratios;
}

struct Outcome {
  GateVerdict verdict = GateVerdict::kInconclusive;
  int processes = 0;
};

// Look by look, as the gate does.
Outcome Sequentially(const std::vector<double>& ratios, const GateRules& rules) {
  Outcome outcome;
  for (int n : rules.looks) {
    const std::span<const double> so_far(ratios.data(), static_cast<size_t>(n));
    outcome = {Decide(LookAt(so_far, rules), rules, n == rules.looks.back()), n};
    if (outcome.verdict != GateVerdict::kInconclusive) break;
  }
  return outcome;
}

// The share of `verdict` among simulated cases of a true slowdown.
double Share(GateVerdict verdict, double slowdown, double spread, const GateRules& rules) {
  constexpr int kCases = 10000;
  std::mt19937_64 random(7);
  int count = 0;
  for (int i = 0; i < kCases; ++i) {
    const auto ratios = Processes(rules.looks.back(), slowdown, spread, random);
    count += Sequentially(ratios, rules).verdict == verdict;
  }
  return static_cast<double>(count) / kCases;
}

TEST(Sequential, IdenticalBuildsAreNotRegressed) {
  for (double spread : {0.001, 0.005, 0.03}) {
    EXPECT_LE(Share(GateVerdict::kRegressed, 0, spread, {}), 0.002) << spread;
  }
}

TEST(Sequential, ASlowdownAtTheLimitIsAnAlarmAtMostAsOftenAsAllowed) {
  for (double spread : {0.001, 0.005, 0.03}) {
    EXPECT_LE(Share(GateVerdict::kRegressed, 0.01, spread, {}), 0.0115) << spread;  // +1.5 sigma
    EXPECT_LE(Share(GateVerdict::kOk, 0.01, spread, {}), 0.0115) << spread;
  }
}

TEST(Sequential, FindsSlowdownsOfKernelsWithLittleSpread) {
  EXPECT_GE(Share(GateVerdict::kRegressed, 0.02, 0.005, {}), 0.95);
  EXPECT_GE(Share(GateVerdict::kRegressed, 0.05, 0.005, {}), 0.99);
  EXPECT_GE(Share(GateVerdict::kImproved, -0.05, 0.005, {}), 0.99);
  EXPECT_GE(Share(GateVerdict::kOk, 0, 0.005, {}), 0.95);
}

TEST(Sequential, StopsEarlyWhereThingsAreClear) {
  std::mt19937_64 random(1);
  EXPECT_EQ(Sequentially(Processes(20, 0.1, 0.001, random), {}).processes, 5);
}

TEST(Sequential, WithNothingKnownNothingIsDecided) {
  const std::vector<double> one = {0.5};
  EXPECT_EQ(Decide(LookAt(one, {}), {}, true), GateVerdict::kInconclusive);
  EXPECT_TRUE(std::isinf(DetectableSlowdown(LookAt(one, {}), {})));
}

TEST(Sequential, APValueCountsTheLooks) {
  const GateRules rules;
  std::vector<GateLook> looks(2);
  looks[0].p_regressed = 0.3;
  looks[1].p_regressed = 0.001;
  EXPECT_DOUBLE_EQ(PRegressed(looks, rules), 0.004);
  looks[1].p_regressed = 0.9;
  EXPECT_DOUBLE_EQ(PRegressed(looks, rules), 1);
}

TEST(Sequential, TheDetectableSlowdownIsFound) {
  std::mt19937_64 random(3);
  const GateRules rules{.looks = {20}};
  int found = 0;
  constexpr int kCases = 2000;
  const double slowdown =
      DetectableSlowdown(LookAt(Processes(20, 0, 0.005, random), rules), rules, 0.8);
  for (int i = 0; i < kCases; ++i) {
    const auto ratios = Processes(20, slowdown, 0.005, random);
    found += Sequentially(ratios, rules).verdict == GateVerdict::kRegressed;
  }
  EXPECT_GT(found, 0.5 * kCases);
}

}  // namespace
}  // namespace assay
