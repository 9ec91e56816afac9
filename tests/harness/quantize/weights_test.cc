#include "harness/quantize/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/quantize/ranges.h"

namespace assay::quantize {
namespace {

TEST(Weights, PerChannelUsesEveryChannelsOwnRange) {
  const Tensor weights = Tensor::Of<float>({2, 2}, {1.2f, -2.0f, 0.015f, 0.02f});
  const auto per_channel = QuantizeWeights(weights, 0, nullptr, 1.0f);
  EXPECT_THAT(per_channel.scales, testing::ElementsAre(2.0f / 127, 0.02f / 127));
  EXPECT_THAT(per_channel.values.as<int8_t>(), testing::ElementsAre(76, -127, 95, 127));
  const auto columns = QuantizeWeights(weights, 1, nullptr, 1.0f);
  EXPECT_THAT(columns.scales, testing::ElementsAre(1.2f / 127, 2.0f / 127));
  const auto per_tensor = QuantizeWeights(weights, -1, nullptr, 1.0f);
  EXPECT_THAT(per_tensor.values.as<int8_t>(), testing::ElementsAre(76, -127, 1, 1));
}

TEST(Weights, ABiasTooLargeForItsScaleWidensIt) {
  const Tensor weights = Tensor::Of<float>({2, 1}, {1e-9f, 1.0f});
  const Tensor bias = Tensor::Of<float>({2}, {100.0f, 100.0f});
  const auto quantized = QuantizeWeights(weights, 0, &bias, 1e-3f);
  for (size_t c = 0; c < 2; ++c) {
    const double back = quantized.bias.as<int32_t>()[c] * double{quantized.scales[c]} * 1e-3;
    EXPECT_NEAR(back, 100.0, 1e-3);
  }
}

TEST(Weights, ZeroAndBrokenWeightsDoNotBreak) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const Tensor weights = Tensor::Of<float>({3, 1}, {0.0f, std::nanf(""), kInf});
  const auto quantized = QuantizeWeights(weights, 0, nullptr, 1.0f);
  EXPECT_THAT(quantized.values.as<int8_t>(), testing::ElementsAre(0, 0, 127));
  for (float scale : quantized.scales) EXPECT_TRUE(std::isfinite(scale) && scale > 0);
}

TEST(Weights, TheLeastErrorMayClip) {
  // Many small weights and one that would cost them most of the codes.
  std::vector<float> values = {1.0f};
  for (int i = 0; i < 100000; ++i) values.push_back(0.3f * std::sin(static_cast<float>(i)));
  const Tensor weights = Tensor::Of<float>({1, 100001}, values);
  const auto error = [&](const Constants& constants) {
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      const double miss = constants.scales[0] * constants.values.as<int8_t>()[i] - values[i];
      sum += miss * miss;
    }
    return sum;
  };
  const auto whole = QuantizeWeights(weights, 0, nullptr, 1.0f);
  const auto clipped = QuantizeWeights(weights, 0, nullptr, 1.0f, Scaling::kLeastError);
  EXPECT_LE(clipped.scales[0], whole.scales[0]);
  EXPECT_LT(error(clipped), error(whole));
  EXPECT_EQ(clipped.values.as<int8_t>()[0], 127);
}

TEST(Ranges, HoldZeroExactly) {
  EXPECT_EQ(ParamsOf(Range{0.0f, 6.0f}), (QuantParams{6.0f / 255, 0}));
  EXPECT_EQ(ParamsOf(Range{2.0f, 6.0f}), (QuantParams{6.0f / 255, 0}));
  EXPECT_EQ(ParamsOf(Range{-6.0f, -2.0f}).zero_point, 255);
  EXPECT_EQ(ParamsOf(Range{0.0f, 0.0f}), QuantParams{});
  const QuantParams full = ParamsOf(Range{-3.4e38f, 3.4e38f});
  EXPECT_TRUE(std::isfinite(full.scale));
}

}  // namespace
}  // namespace assay::quantize
