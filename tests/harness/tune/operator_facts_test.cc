#include "harness/tune/operator_facts.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "harness/tune/trial.h"
#include "tests/harness/quantize/small_nets.h"

namespace assay::tune {
namespace {

using nlohmann::json;
using quantize::Precision;
using testing::HasSubstr;

FactsOptions Quick() {
  FactsOptions options;
  options.budget_s = 0.02;
  return options;
}

// Measured once: timing takes a moment.
class OperatorFactsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    quantize::Quantizer quantizer(Net(), quantize::FillWithNoise, quantize::SomeSamples());
    const auto facts = MeasureFacts(Net(), Ops(), quantizer, quantize::FillWithNoise, Quick());
    ASSERT_TRUE(facts.ok()) << facts.message();
    facts_ = new ModelFacts(*facts);
  }
  static void TearDownTestSuite() { delete facts_; }
  void SetUp() override { ASSERT_NE(facts_, nullptr); }

  static Graph Net() { return quantize::SmallMobileNet(); }
  static std::vector<quantize::QuantizableOp> Ops() { return quantize::QuantizableOps(Net()); }

  static ModelFacts* facts_;
};

ModelFacts* OperatorFactsTest::facts_ = nullptr;

TEST_F(OperatorFactsTest, Fp32IsExactAndSavesNothing) {
  ASSERT_EQ(facts_->operators.size(), Ops().size());
  for (size_t i = 0; i < Ops().size(); ++i) {
    const OperatorFacts& op = facts_->operators[i];
    for (const auto* column : {&op.own_error, &op.output_error, &op.saved_s, &op.saved_bytes}) {
      ASSERT_EQ(column->size(), Ops()[i].choices.size());
      EXPECT_EQ(column->back(), 0);
    }
    for (size_t choice = 0; choice + 1 < op.own_error.size(); ++choice) {
      EXPECT_GT(op.own_error[choice], 0);
      EXPECT_LT(op.own_error[choice], 0.5);
      EXPECT_GT(op.output_error[choice], 0);
    }
  }
}

// Channels of the first convolution differ in size by up to 64.
TEST_F(OperatorFactsTest, OneScaleForUnequalChannelsIsWorse) {
  ASSERT_EQ(Ops()[0].choices[0], Precision::kInt8PerChannel);
  EXPECT_GT(facts_->operators[0].output_error[1], facts_->operators[0].output_error[0]);
}

TEST_F(OperatorFactsTest, TheLastOperatorsErrorIsTheOutputs) {
  const OperatorFacts& last = facts_->operators.back();
  EXPECT_EQ(last.own_error, last.output_error);
}

TEST_F(OperatorFactsTest, BytesAreThoseOfTheConstants) {
  EXPECT_EQ(facts_->bytes, ConstantBytes(Net()));
  quantize::Quantizer quantizer(Net(), quantize::FillWithNoise, quantize::SomeSamples());
  quantize::QuantPlan plan;
  plan.operators = {{Ops()[0].node, Precision::kInt8PerTensor}};
  const auto quantized = quantizer.Quantize(plan);
  ASSERT_TRUE(quantized.ok()) << quantized.message();
  EXPECT_EQ(facts_->operators[0].saved_bytes[1],
            ConstantBytes(Net()) - ConstantBytes(quantized->graph));
}

// Results of 8 x 8 and 3 x 3 cross from one convolution to the next, with as many channels.
TEST_F(OperatorFactsTest, BordersCostByTheElement) {
  ASSERT_EQ(facts_->borders.size(), 2u);
  const BorderFacts &first = facts_->borders[0], &second = facts_->borders[1];
  EXPECT_EQ((std::pair{first.from, first.to}), (std::pair<size_t, size_t>{0, 1}));
  EXPECT_EQ((std::pair{second.from, second.to}), (std::pair<size_t, size_t>{1, 2}));
  EXPECT_GT(second.latency_s, 0);
  EXPECT_NEAR(first.latency_s / second.latency_s, 64.0 / 9, 1e-9);
}

TEST_F(OperatorFactsTest, OfAnotherGraph) {
  const FactsOptions options = Quick();
  const auto same = MeasureOutputError(Net(), Net(), quantize::FillWithNoise, options);
  ASSERT_TRUE(same.ok()) << same.message();
  EXPECT_EQ(*same, 0);
  const auto profile = ProfileGraph(Net(), quantize::FillWithNoise, options);
  ASSERT_TRUE(profile.ok()) << profile.message();
  EXPECT_GE(profile->steps.size(), Ops().size());
  Graph broken = Net();
  broken.nodes[0].op_type = "NoSuchOperator";
  EXPECT_FALSE(ProfileGraph(broken, quantize::FillWithNoise, options).ok());
  EXPECT_FALSE(MeasureOutputError(Net(), broken, quantize::FillWithNoise, options).ok());
}

TEST_F(OperatorFactsTest, ComeBackFromTheJournalToTheBit) {
  const auto again = ParseFacts(json::parse(ToJson(*facts_).dump()), Ops(), 0);
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(ToJson(*again), ToJson(*facts_));
}

TEST_F(OperatorFactsTest, OthersAreRefused) {
  const auto error = [](const json& text) { return ParseFacts(text, Ops(), 0).message(); };
  const json good = ToJson(*facts_);
  json changed = good;
  changed["operators"].erase(0);
  EXPECT_THAT(error(changed), HasSubstr("not those of the model's operators"));
  changed = good;
  changed["operators"][1]["saved_s"].push_back(1);
  EXPECT_THAT(error(changed), HasSubstr("not those of the model's operators"));
  changed = good;
  changed["borders"][0]["to"] = 0;
  EXPECT_THAT(error(changed), HasSubstr("not those of the model's operators"));
  changed = good;
  changed.erase("latency_s");
  EXPECT_THAT(error(changed), HasSubstr("are not whole"));
  EXPECT_THAT(error(nullptr), HasSubstr("are not whole"));
}

TEST(Plan, ComesBackFromItsText) {
  quantize::QuantPlan plan;
  plan.operators = {{"a", Precision::kFp32}, {"b", Precision::kInt8PerChannel}};
  plan.calibration = "kl";
  plan.calibration_of = {{"b", "mse"}};
  plan.recipes.bias_correction = true;
  plan.threads = 2;
  const auto again = ParsePlan(ToJson(plan));
  ASSERT_TRUE(again.ok()) << again.message();
  EXPECT_EQ(*again, plan);
}

}  // namespace
}  // namespace assay::tune
