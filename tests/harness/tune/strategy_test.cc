#include "harness/tune/strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace assay::tune {
namespace {

using quantize::Precision;
using quantize::QuantConfig;
using quantize::QuantizableOp;
using testing::HasSubstr;

std::vector<QuantizableOp> Ops(int count) {
  std::vector<QuantizableOp> ops;
  for (int i = 0; i < count; ++i) {
    ops.push_back({"conv" + std::to_string(i),
                   "Conv",
                   {Precision::kInt8PerChannel, Precision::kInt8PerTensor, Precision::kFp32}});
  }
  ops.push_back({"sum", "Add", {Precision::kInt8PerTensor, Precision::kFp32}});
  return ops;
}

// An operator costs its index, and per tensor twice that; the accuracy is what is left.
double Loss(const QuantConfig& config) {
  double loss = 0;
  for (const auto& [node, precision] : config) {
    if (precision == Precision::kFp32 || node == "sum") continue;
    loss += std::stod(node.substr(4)) * (precision == Precision::kInt8PerTensor ? 2 : 1);
  }
  return loss;
}

std::vector<QuantConfig> Sequence(const StrategyEntry& entry, uint64_t seed, int ops = 4) {
  std::vector<QuantConfig> sequence;
  const auto strategy = entry.make(Ops(ops), seed);
  while (const auto config = strategy->Next()) {
    sequence.push_back(*config);
    EXPECT_GE(strategy->remaining(), 0);
    strategy->Tell({*config, 1 - Loss(*config), Loss(*config), false});
    if (sequence.size() > 1000) break;
  }
  return sequence;
}

// The contract of every strategy.
class Contract : public testing::TestWithParam<const StrategyEntry*> {};
INSTANTIATE_TEST_SUITE_P(All, Contract,
                         testing::ValuesIn(AllStrategies().begin(), AllStrategies().end()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST_P(Contract, NoConfigurationTwiceAndNeverTheBaseline) {
  const auto sequence = Sequence(*GetParam(), 1);
  EXPECT_GE(sequence.size(), 2u);
  EXPECT_EQ(std::set<QuantConfig>(sequence.begin(), sequence.end()).size(), sequence.size());
  for (const QuantConfig& config : sequence) {
    EXPECT_TRUE(
        std::ranges::any_of(config, [](const auto& op) { return op.second != Precision::kFp32; }));
  }
}

TEST_P(Contract, StaysWithinTheChoices) {
  for (const QuantConfig& config : Sequence(*GetParam(), 1)) {
    ASSERT_EQ(config.size(), 5u);
    for (const QuantizableOp& op : Ops(4)) {
      EXPECT_TRUE(std::ranges::find(op.choices, config.at(op.node)) != op.choices.end());
    }
  }
}

TEST_P(Contract, TheSeedDecidesTheSequence) {
  EXPECT_EQ(Sequence(*GetParam(), 7), Sequence(*GetParam(), 7));
}

TEST_P(Contract, OneOperatorIsEnough) { EXPECT_FALSE(Sequence(*GetParam(), 1, 0).empty()); }

TEST(Basic, HasThreeStages) {
  const auto sequence = Sequence(**FindStrategy("basic"), 1);
  ASSERT_EQ(sequence.size(), 2u + 5u + 3u);
  EXPECT_EQ(sequence[0].at("conv3"), Precision::kInt8PerChannel);
  EXPECT_EQ(sequence[0].at("sum"), Precision::kInt8PerTensor);
  EXPECT_EQ(sequence[1].at("conv3"), Precision::kInt8PerTensor);
  // Stage 2 starts from the better of the two, with the last operator.
  EXPECT_EQ(sequence[2].at("sum"), Precision::kFp32);
  EXPECT_EQ(sequence[3].at("conv3"), Precision::kFp32);
  EXPECT_EQ(sequence[3].at("conv2"), Precision::kInt8PerChannel);
  EXPECT_EQ(sequence[6].at("conv0"), Precision::kFp32);
  // Stage 3 accumulates in the order of the gain: conv3 (3), conv2 (2), conv1 (1), ...; the first
  // of these was tried in stage 2, the last is the baseline.
  EXPECT_EQ(sequence[7].at("conv3"), Precision::kFp32);
  EXPECT_EQ(sequence[7].at("conv2"), Precision::kFp32);
  EXPECT_EQ(sequence[7].at("conv1"), Precision::kInt8PerChannel);
  EXPECT_EQ(sequence[8].at("conv1"), Precision::kFp32);
}

TEST(Basic, WhatMayOnlyBeInt8OrFp32IsNothingElse) {
  std::vector<QuantizableOp> ops = Ops(4);
  ops[0].choices = {Precision::kFp32};
  ops[1].choices = {Precision::kInt8PerTensor};
  const auto strategy = (*FindStrategy("basic"))->make(ops, 1);
  int trials = 0;
  for (; const auto config = strategy->Next(); ++trials) {
    EXPECT_EQ(config->at("conv0"), Precision::kFp32);
    EXPECT_EQ(config->at("conv1"), Precision::kInt8PerTensor);
    strategy->Tell({*config, 1, 0, false});
  }
  EXPECT_GT(trials, 3);
}

TEST(FindStrategy, PlannedAndUnknownOnesAreNamed) {
  EXPECT_THAT(FindStrategy("hawq_v2").message(), HasSubstr("'hawq_v2' is not available"));
  EXPECT_THAT(FindStrategy("basc").message(), HasSubstr("did you mean 'basic'"));
}

}  // namespace
}  // namespace assay::tune
