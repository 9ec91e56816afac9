#include "harness/quantize/equalize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "harness/quantize/value_stream.h"
#include "tests/harness/quantize/small_nets.h"

namespace assay::quantize {
namespace {

// The largest element of every channel of a value, over the samples.
std::vector<float> Largest(const Graph& graph, const std::string& value) {
  std::vector<float> largest(8);
  const Status done = ForEachValue(
      graph, {value}, FillWithNoise, SomeSamples(), [&](const std::string&, const TensorView& v) {
        const int64_t size = v.shape.elements(2, 4);
        for (int64_t i = 0; i < v.elements(); ++i) {
          float& most = largest[static_cast<size_t>(i / size % 8)];
          most = std::max(most, v.as<const float>()[static_cast<size_t>(i)]);
        }
      });
  EXPECT_TRUE(done.ok()) << done.message();
  return largest;
}

TEST(Equalize, TheFunctionStaysTheSame) {
  const Graph graph = SmallMobileNet();
  Graph equalized = graph;
  ASSERT_TRUE(Equalize(equalized, FillWithNoise, SomeSamples()).ok());
  const auto before = RunNet(graph, 0, 48), after = RunNet(equalized, 0, 48);
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) ASSERT_NEAR(before[i], after[i], 2e-4) << i;
}

TEST(Equalize, ChannelsFillTheRangeAndNoneIsClippedAnew) {
  const Graph graph = SmallMobileNet();
  const auto before = Largest(graph, "a1");
  EXPECT_EQ(before[0], 6);  // This one is clipped: it stays as it is.
  EXPECT_LT(*std::ranges::min_element(before), 2);
  Graph equalized = graph;
  ASSERT_TRUE(Equalize(equalized, FillWithNoise, SomeSamples()).ok());
  EXPECT_THAT(Largest(equalized, "a1"), testing::Each(testing::FloatNear(6, 1e-3f)));
  for (size_t i = 0; i < 27; ++i) {
    EXPECT_EQ(equalized.initializers.at("w1").as<float>()[i],
              graph.initializers.at("w1").as<float>()[i]);
  }
}

TEST(Equalize, WithoutABoundTheLargestChannelIsTheMeasure) {
  Graph graph = SmallMobileNet();
  graph.nodes[1] = MakeNode("relu", "Relu", {"c1"}, "a1");
  const auto before = Largest(graph, "a1");
  const float most = *std::ranges::max_element(before);
  EXPECT_GT(most, 6);
  ASSERT_TRUE(Equalize(graph, FillWithNoise, SomeSamples()).ok());
  EXPECT_THAT(Largest(graph, "a1"), testing::Each(testing::FloatNear(most, 1e-3f * most)));
}

TEST(Equalize, ValuesThatOthersReadAreLeftAlone) {
  Graph graph = SmallMobileNet();
  graph.nodes.push_back(MakeNode("other", "Relu", {"a1"}, "also"));
  graph.outputs.push_back({"also", DType::kF32, {}, false});
  const Graph before = graph;
  ASSERT_TRUE(Equalize(graph, FillWithNoise, SomeSamples()).ok());
  for (size_t i = 0; i < 8 * 27; ++i) {
    ASSERT_EQ(graph.initializers.at("w1").as<float>()[i],
              before.initializers.at("w1").as<float>()[i]);
  }
}

TEST(Equalize, AClipThatKeepsNegativesDoesNotCommute) {
  Graph graph = SmallMobileNet();
  graph.initializers.insert_or_assign("zero", Tensor::Scalar(-1.0f));
  const Graph before = graph;
  ASSERT_TRUE(Equalize(graph, FillWithNoise, SomeSamples()).ok());
  for (size_t i = 0; i < 8; ++i) {
    ASSERT_EQ(graph.initializers.at("b1").as<float>()[i],
              before.initializers.at("b1").as<float>()[i]);
  }
}

}  // namespace
}  // namespace assay::quantize
