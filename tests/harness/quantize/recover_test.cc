#include "harness/quantize/recover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/quantize/rewrite.h"
#include "tests/harness/quantize/small_nets.h"

namespace assay::quantize {
namespace {

// Of the scores of 48 other samples: the root of the mean squared error against fp32, and the
// largest mean error of a channel.
struct Errors {
  double rms = 0, bias = 0;
};

class RecoverTest : public testing::Test {
 protected:
  RecoverTest()
      // Per tensor and with weights of few codes, so that there is much to recover.
      : graph_(SmallMobileNet()), config_(FullyQuantized(graph_, Precision::kInt8PerTensor)) {
    auto ranges = Calibrate(graph_, FillWithNoise, SomeSamples());
    EXPECT_TRUE(ranges.ok()) << ranges.message();
    ranges_ = *std::move(ranges);
  }

  Recovered Apply(const Recipes& recipes, int64_t batch_size = 20) const {
    CalibrationOptions options = SomeSamples();
    options.batch_size = batch_size;
    auto recovered = Recover(graph_, config_, ranges_, recipes, FillWithNoise, options);
    EXPECT_TRUE(recovered.ok()) << recovered.message();
    return *std::move(recovered);
  }

  Errors ErrorsOf(const Recovered& recovered, int64_t first) const {
    const auto int8 = Rewrite(graph_, config_, ranges_, recovered.constants);
    EXPECT_TRUE(int8.ok()) << int8.message();
    const auto exact = RunNet(graph_, first, 48), coarse = RunNet(*int8, first, 48);
    Errors errors;
    double sums[4] = {};
    for (size_t i = 0; i < exact.size(); ++i) {
      const double miss = double{coarse[i]} - double{exact[i]};
      errors.rms += miss * miss / static_cast<double>(exact.size());
      sums[i / 9 % 4] += miss / (static_cast<double>(exact.size()) / 4);
    }
    errors.rms = std::sqrt(errors.rms);
    for (double sum : sums) errors.bias = std::max(errors.bias, std::fabs(sum));
    return errors;
  }

  const Graph graph_;
  const QuantConfig config_;
  Ranges ranges_;
};

TEST_F(RecoverTest, NoRecipeChangesNothing) {
  EXPECT_TRUE(Apply({}).constants.empty());
  EXPECT_TRUE(Apply({.cross_layer_equalization = true}).constants.empty());
}

TEST_F(RecoverTest, BiasCorrectionTakesTheMeanError) {
  const Errors plain = ErrorsOf({}, 0);
  const Recovered recovered = Apply({.bias_correction = true});
  EXPECT_EQ(recovered.constants.size(), 3u);
  EXPECT_LT(ErrorsOf(recovered, 0).bias, 0.2 * plain.bias);
  EXPECT_LT(ErrorsOf(recovered, 1000).bias, 0.5 * ErrorsOf({}, 1000).bias);
}

TEST_F(RecoverTest, AdaptiveRoundingLowersTheErrorOfOtherSamples) {
  EXPECT_LT(ErrorsOf(Apply({.adaptive_rounding = true}), 1000).rms, ErrorsOf({}, 1000).rms);
}

TEST_F(RecoverTest, AnOperatorWithoutBiasGetsOne) {
  Graph graph = graph_;
  graph.nodes[4].inputs.resize(2);
  const auto recovered =
      Recover(graph, config_, ranges_, {.bias_correction = true}, FillWithNoise, SomeSamples());
  ASSERT_TRUE(recovered.ok()) << recovered.message();
  const auto int8 = Rewrite(graph, config_, ranges_, recovered->constants);
  ASSERT_TRUE(int8.ok()) << int8.message();
  const auto last = std::ranges::find(int8->nodes, "last", &Node::name);
  ASSERT_EQ(last->inputs.size(), 3u);
  EXPECT_FALSE(RunNet(*int8, 0, 2).empty());
}

TEST_F(RecoverTest, TheBatchSizeMakesNoDifference) {
  const Recipes recipes{.adaptive_rounding = true, .bias_correction = true};
  const Recovered one = Apply(recipes, 48), other = Apply(recipes, 7);
  for (const auto& [node, constants] : one.constants) {
    const auto& same = other.constants.at(node);
    int differences = 0;
    for (size_t i = 0; i < constants.values.bytes(); ++i) {
      differences += constants.values.as<int8_t>()[i] != same.values.as<int8_t>()[i];
    }
    EXPECT_LE(differences, 2) << node;  // The order of sums may decide a tie.
  }
}

TEST_F(RecoverTest, SaysWhatEachRecipeTook) {
  const Recovered recovered =
      Apply({.weight_clipping = true, .adaptive_rounding = true, .bias_correction = true});
  EXPECT_THAT(recovered.recipe_s, testing::UnorderedElementsAre(testing::Key("weight_clipping"),
                                                                testing::Key("adaptive_rounding"),
                                                                testing::Key("bias_correction")));
  for (const auto& [recipe, seconds] : recovered.recipe_s) EXPECT_GT(seconds, 0) << recipe;
}

TEST_F(RecoverTest, AnErrorOfTheSamplesIsPassedOn) {
  const auto broken = [](int64_t, std::span<const TensorView>) { return Error("no such sample"); };
  const auto recovered =
      Recover(graph_, config_, ranges_, {.bias_correction = true}, broken, SomeSamples());
  EXPECT_EQ(recovered.message(), "no such sample");
}

}  // namespace
}  // namespace assay::quantize
