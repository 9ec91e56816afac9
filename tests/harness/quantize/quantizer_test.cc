#include "harness/quantize/quantizer.h"

#include <gtest/gtest.h>

#include "tests/harness/quantize/small_nets.h"

namespace assay::quantize {
namespace {

Quantizer MakeQuantizer() { return Quantizer(SmallMobileNet(), FillWithNoise, SomeSamples()); }

QuantPlan PerChannel() {
  QuantPlan plan;
  plan.operators = FullyQuantized(SmallMobileNet());
  return plan;
}

float ScaleOf(const Quantized& quantized, const std::string& value) {
  return quantized.graph.Initializer(value + "_scale")->as<float>()[0];
}

TEST(Quantizer, AnOperatorsAlgorithmIsThatOfWhatItReads) {
  Quantizer quantizer = MakeQuantizer();
  const auto plain = quantizer.Quantize(PerChannel());
  QuantPlan plan = PerChannel();
  plan.calibration_of["depthwise"] = "moving_average";
  const auto own = quantizer.Quantize(plan);
  ASSERT_TRUE(plain.ok() && own.ok()) << own.message();
  EXPECT_EQ(ScaleOf(*own, "image"), ScaleOf(*plain, "image"));
  EXPECT_EQ(ScaleOf(*own, "scores"), ScaleOf(*plain, "scores"));
  // The image's extremes are averaged only where the first convolution asks for it.
  plan.calibration_of = {{"first", "moving_average"}};
  const auto of_first = quantizer.Quantize(plan);
  ASSERT_TRUE(of_first.ok());
  EXPECT_LT(ScaleOf(*of_first, "image"), 0.95f * ScaleOf(*plain, "image"));
}

TEST(Quantizer, RecipesAreAppliedAndTimed) {
  Quantizer quantizer = MakeQuantizer();
  QuantPlan plan = PerChannel();
  plan.recipes = {.cross_layer_equalization = true, .bias_correction = true};
  const auto quantized = quantizer.Quantize(plan);
  ASSERT_TRUE(quantized.ok()) << quantized.message();
  EXPECT_EQ(quantized->recipe_s.size(), 2u);
  EXPECT_GT(quantized->recipe_s.at("cross_layer_equalization"), 0);
  const auto plain = quantizer.Quantize(PerChannel());
  ASSERT_TRUE(plain.ok());
  EXPECT_TRUE(plain->recipe_s.empty());
  const auto again = quantizer.Quantize(plan);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(RunNet(again->graph, 0, 4), RunNet(quantized->graph, 0, 4));
  EXPECT_NE(RunNet(again->graph, 0, 4), RunNet(plain->graph, 0, 4));
}

TEST(Quantizer, AnUnknownAlgorithmIsNamed) {
  Quantizer quantizer = MakeQuantizer();
  EXPECT_NE(quantizer.Calibrate("minmx").message().find("minmax"), std::string::npos);
}

}  // namespace
}  // namespace assay::quantize
