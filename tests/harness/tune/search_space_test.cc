#include "harness/tune/search_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/quantize/small_nets.h"

namespace assay::tune {
namespace {

using quantize::Precision;
using testing::ElementsAre;
using testing::HasSubstr;
using Scope = OperatorRule::Scope;

OperatorRule Rule(Scope scope, std::string name) {
  OperatorRule rule;
  rule.scope = scope;
  rule.name = std::move(name);
  rule.where = "tune.yaml:7";
  return rule;
}

Result<quantize::SearchSpace> SpaceOf(QuantizationConfig config) {
  return MakeSearchSpace(quantize::SmallMobileNet(), config);
}

TEST(SearchSpace, SilentConfigurationsAllowEverything) {
  const auto space = SpaceOf({});
  ASSERT_TRUE(space.ok()) << space.message();
  ASSERT_EQ(space->ops.size(), 3u);
  for (const auto& op : space->ops) {
    EXPECT_THAT(op.choices, ElementsAre(Precision::kInt8PerChannel, Precision::kInt8PerTensor,
                                        Precision::kFp32));
  }
}

TEST(SearchSpace, FirstAndLastProductsStayInFp32) {
  QuantizationConfig config;
  config.first_quantized = config.last_quantized = false;
  const auto space = SpaceOf(config);
  ASSERT_TRUE(space.ok());
  EXPECT_THAT(space->ops[0].choices, ElementsAre(Precision::kFp32));
  EXPECT_EQ(space->ops[1].choices.size(), 3u);
  EXPECT_THAT(space->ops[2].choices, ElementsAre(Precision::kFp32));
}

TEST(SearchSpace, RulesOfTypesThenOfNames) {
  QuantizationConfig config;
  config.rules = {Rule(Scope::kType, "Conv"), Rule(Scope::kName, "depth*")};
  config.rules[0].per_tensor = false;
  config.rules[0].algorithms = {"kl"};
  config.rules[1].int8 = false;
  config.rules[1].algorithms = {"mse"};
  const auto space = SpaceOf(config);
  ASSERT_TRUE(space.ok()) << space.message();
  EXPECT_THAT(space->ops[0].choices, ElementsAre(Precision::kInt8PerChannel, Precision::kFp32));
  EXPECT_THAT(space->ops[0].algorithms, ElementsAre("kl"));
  EXPECT_THAT(space->ops[1].choices, ElementsAre(Precision::kFp32));
  EXPECT_THAT(space->ops[1].algorithms, ElementsAre("mse"));
}

TEST(SearchSpace, TheModelMayAlwaysFallBack) {
  QuantizationConfig config;
  config.rules = {Rule(Scope::kModel, "")};
  config.rules[0].fp32 = false;
  config.rules[0].per_channel = false;
  const auto space = SpaceOf(config);
  ASSERT_TRUE(space.ok()) << space.message();
  EXPECT_THAT(space->ops[1].choices, ElementsAre(Precision::kInt8PerTensor, Precision::kFp32));
  config.rules[0].int8 = false;
  EXPECT_THAT(SpaceOf(config).message(), HasSubstr("every operator in fp32"));
}

TEST(SearchSpace, RulesThatFitNothingOrLeaveNothingAreErrors) {
  QuantizationConfig config;
  config.rules = {Rule(Scope::kName, "deptwise")};
  EXPECT_THAT(SpaceOf(config).message(),
              HasSubstr("tune.yaml:7: no operator that can be quantized is called 'deptwise'"));
  config.rules = {Rule(Scope::kType, "Gemm")};
  EXPECT_THAT(SpaceOf(config).message(), HasSubstr("is a 'Gemm'"));
  config.rules = {Rule(Scope::kName, "last")};
  config.rules[0].fp32 = false;
  config.last_quantized = false;
  EXPECT_THAT(SpaceOf(config).message(), HasSubstr("leaves operator 'last' (Conv) no precision"));
}

}  // namespace
}  // namespace assay::tune
