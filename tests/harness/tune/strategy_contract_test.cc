// The contract of every strategy, and what searching ones are to be worth: beside chance.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "harness/tune/strategy.h"

namespace assay::tune {
namespace {

using quantize::Precision;
using quantize::QuantConfig;
using quantize::QuantizableOp;

constexpr Precision kFp32 = Precision::kFp32, kPerTensor = Precision::kInt8PerTensor,
                    kPerChannel = Precision::kInt8PerChannel;

std::vector<QuantizableOp> Convs(int count) {
  std::vector<QuantizableOp> ops;
  for (int i = 0; i < count; ++i) {
    ops.push_back({"conv" + std::to_string(i), "Conv", {kPerChannel, kPerTensor, kFp32}});
  }
  return ops;
}

// 3 * 3 * 3 * 2 * 1 configurations, of which one is fp32: 53 trials.
std::vector<QuantizableOp> SmallSpace() {
  std::vector<QuantizableOp> ops = Convs(3);
  ops.push_back({"sum", "Add", {kPerTensor, kFp32}});
  ops.push_back({"kept", "Gemm", {kFp32}});
  return ops;
}
constexpr size_t kSmallSize = 53;

// A sum over operators of what each choice costs, drawn from [0, 1).
class Separable {
 public:
  Separable(const std::vector<QuantizableOp>& ops, uint64_t seed) {
    std::mt19937_64 generator(seed);
    for (const QuantizableOp& op : ops) {
      double lowest = 1, highest = 0;
      for (const Precision choice : op.choices) {
        const double cost = std::ldexp(static_cast<double>(generator() >> 11), -53);
        costs_[op.node][choice] = cost;
        lowest = std::min(lowest, cost);
        highest = std::max(highest, cost);
      }
      best_ += lowest;
      worst_ += highest;
    }
  }

  double operator()(const QuantConfig& config) const {
    double cost = 0;
    for (const auto& [node, choice] : config) cost += costs_.at(node).at(choice);
    return cost;
  }
  // Within 5 % of the way from the worst to the best.
  bool IsNearBest(double cost) const { return cost <= best_ + 0.05 * (worst_ - best_); }

 private:
  std::map<std::string, std::map<Precision, double>> costs_;
  double best_ = 0, worst_ = 0;
};

Feedback FeedbackOn(const QuantConfig& config, double loss) {
  return {.config = config, .accuracy = 1 - loss, .loss = loss, .feasible = loss < 1};
}

// At most so many trials of a strategy.
std::vector<QuantConfig> Sequence(const StrategyEntry& entry, const std::vector<QuantizableOp>& ops,
                                  uint64_t seed, size_t limit = 1000) {
  const Separable loss(ops, 1);
  std::vector<QuantConfig> sequence;
  const auto strategy = entry.make(ops, seed);
  int64_t remaining = strategy->remaining();
  while (sequence.size() < limit) {
    const auto config = strategy->Next();
    if (!config) break;
    EXPECT_GT(remaining, 0);
    sequence.push_back(*config);
    strategy->Tell(FeedbackOn(*config, loss(*config)));
    remaining = strategy->remaining();
    EXPECT_GE(remaining, 0);
  }
  return sequence;
}

class StrategyContract : public testing::TestWithParam<const StrategyEntry*> {
 protected:
  static std::string_view name() { return GetParam()->name; }
  // Whether it goes on until every configuration was tried.
  static bool covers() { return name() != "basic" && name() != "mse"; }
  static bool draws() { return name() == "random" || name() == "tpe" || name() == "bayesian"; }
};
INSTANTIATE_TEST_SUITE_P(All, StrategyContract,
                         testing::ValuesIn(AllStrategies().begin(), AllStrategies().end()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST_P(StrategyContract, BeginsFullyQuantized) {
  const auto first = Sequence(*GetParam(), SmallSpace(), 3, 1);
  ASSERT_EQ(first.size(), 1u);
  for (const QuantizableOp& op : SmallSpace()) {
    EXPECT_EQ(first[0].at(op.node), op.choices.front());
  }
}

TEST_P(StrategyContract, NoConfigurationTwiceNeverFp32AllWithinTheChoices) {
  const auto sequence = Sequence(*GetParam(), SmallSpace(), 3);
  EXPECT_EQ(std::set<QuantConfig>(sequence.begin(), sequence.end()).size(), sequence.size());
  for (const QuantConfig& config : sequence) {
    ASSERT_EQ(config.size(), SmallSpace().size());
    bool quantized = false;
    for (const QuantizableOp& op : SmallSpace()) {
      EXPECT_THAT(op.choices, testing::Contains(config.at(op.node)));
      quantized |= config.at(op.node) != kFp32;
    }
    EXPECT_TRUE(quantized);
  }
}

TEST_P(StrategyContract, ComesToAnEnd) {
  const size_t trials = Sequence(*GetParam(), SmallSpace(), 3).size();
  if (covers()) {
    EXPECT_EQ(trials, kSmallSize);
  } else {
    EXPECT_LT(trials, kSmallSize);
  }
}

TEST_P(StrategyContract, NothingToQuantizeIsNoTrial) {
  EXPECT_TRUE(Sequence(*GetParam(), {{"kept", "Gemm", {kFp32}}}, 3).empty());
}

TEST_P(StrategyContract, TheSeedDecidesTheSequence) {
  const auto sequence = Sequence(*GetParam(), Convs(8), 3, 40);
  EXPECT_EQ(Sequence(*GetParam(), Convs(8), 3, 40), sequence);
  if (draws()) {
    EXPECT_NE(Sequence(*GetParam(), Convs(8), 4, 40), sequence);
  }
}

TEST_P(StrategyContract, ManyOperatorsAreNotTooMany) {
  const auto sequence = Sequence(*GetParam(), Convs(200), 3, 30);  // 3^200 > 2^63
  EXPECT_EQ(std::set<QuantConfig>(sequence.begin(), sequence.end()).size(), 30u);
}

// What the tuner does when a run is continued: finished trials come from the journal.
TEST_P(StrategyContract, GoesOnAlikeAfterAReplay) {
  const auto ops = Convs(8);
  const Separable loss(ops, 1);
  const auto sequence = Sequence(*GetParam(), ops, 3, 40);
  const auto strategy = GetParam()->make(ops, 3);
  const size_t known = std::min<size_t>(sequence.size() - 1, 25);
  for (size_t i = 0; i < known; ++i) {
    ASSERT_EQ(strategy->Next(), sequence[i]);
    strategy->Tell(FeedbackOn(sequence[i], loss(sequence[i])));
  }
  for (size_t i = known; i < sequence.size(); ++i) {
    const auto config = strategy->Next();
    ASSERT_EQ(config, sequence[i]);
    strategy->Tell(FeedbackOn(*config, loss(*config)));
  }
}

// What an accuracy that could not be measured tells nothing of does not end the search.
TEST_P(StrategyContract, AccuracyMayBeUnknown) {
  const auto strategy = GetParam()->make(SmallSpace(), 3);
  size_t trials = 0;
  for (; const auto config = strategy->Next(); ++trials) {
    strategy->Tell({.config = *config, .accuracy = NAN, .loss = NAN});
    ASSERT_LE(trials, kSmallSize);
  }
  EXPECT_GE(trials, 2u);
}

// Trials until one is near the best; `limit` where none is.
size_t TrialsUntilNearBest(const StrategyEntry& entry, uint64_t seed, size_t limit) {
  const auto ops = Convs(12);
  const Separable loss(ops, 1000 + seed);
  const auto strategy = entry.make(ops, seed);
  for (size_t trial = 1; trial < limit; ++trial) {
    const auto config = strategy->Next();
    if (!config || loss.IsNearBest(loss(*config))) return trial;
    strategy->Tell({.config = *config, .accuracy = 0, .loss = loss(*config)});
  }
  return limit;
}

size_t MedianTrials(std::string_view name, size_t limit) {
  std::vector<size_t> trials;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    trials.push_back(TrialsUntilNearBest(**FindStrategy(name), seed, limit));
  }
  std::ranges::sort(trials);
  return trials[trials.size() / 2];
}

// Medians over 20 seeds, of 12 operators with three choices each (531,440 configurations).
TEST(StrategyWorth, WhatLearnsIsBetterThanChance) {
  constexpr size_t kLimit = 400;
  const size_t random = MedianTrials("random", kLimit);
  for (const std::string name : {"tpe", "bayesian"}) {
    const size_t trials = MedianTrials(name, kLimit);
    RecordProperty(name, static_cast<int>(trials));
    EXPECT_LT(trials, random) << name;
  }
  RecordProperty("random", static_cast<int>(random));
}

// Of operators that save alike, those whose fallback costs least under the limit: the mildly wrong
// facts of 12 operators are enough to meet the criterion in few trials, and what wins is all int8
// but what has to be in fp32.
TEST(StrategyWorth, ParetoFollowsFacts) {
  const auto ops = Convs(12);
  ModelFacts facts;
  facts.latency_s = 24;
  facts.loss_limit = 0.1;
  for (size_t op = 0; op < ops.size(); ++op) {
    const double error = op == 5 ? 3 : op == 7 ? 2.5 : 0.05;
    facts.operators.push_back({{error, error, 0}, {error, 2 * error, 0}, {1, 1, 0}, {0, 0, 0}});
  }
  const auto loss = [](const QuantConfig& config) {  // Twice what facts say of conv7, half of 5.
    double sum = 0;
    for (const auto& [node, choice] : config) {
      if (choice == kFp32) continue;
      sum += node == "conv5" ? 0.15 : node == "conv7" ? 0.5 : 0.002;
    }
    return sum;
  };
  const auto strategy = (*FindStrategy("pareto"))->make(ops, 1);
  strategy->Inform(facts);
  double cheapest = 1;
  for (int trial = 0; trial < 6; ++trial) {
    const auto config = strategy->Next();
    if (!config) break;
    double cost = 1;
    for (const auto& [node, choice] : *config) cost -= choice == kFp32 ? 0 : 1.0 / 24;
    const double lost = loss(*config);
    if (lost < 0.1) cheapest = std::min(cheapest, cost);
    strategy->Tell({*config, 1 - lost, lost, lost < 0.1, cost});
  }
  EXPECT_DOUBLE_EQ(cheapest, 1 - 10.0 / 24);
}

}  // namespace
}  // namespace assay::tune
