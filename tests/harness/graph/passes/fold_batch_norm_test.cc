#include "harness/graph/passes/fold_batch_norm.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>

namespace assay {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::Pointwise;

Tensor Floats(Shape shape, std::vector<float> values) {
  return Tensor::Of(std::move(shape), values);
}

// conv: 2 input channels, 3 output channels, 1 x 1; then norm, which makes y.
Graph MakeGraph(bool bias) {
  Graph graph;
  graph.inputs = {{.name = "x", .dims = {}}};
  graph.outputs = {{.name = "y", .dims = {}}};
  graph.initializers.emplace("w", Floats({3, 2, 1, 1}, {1, 2, 3, 4, -5, 6}));
  graph.initializers.emplace("b", Floats({3}, {0.5f, -1, 2}));
  graph.initializers.emplace("scale", Floats({3}, {2, -1, 0}));
  graph.initializers.emplace("offset", Floats({3}, {1, 2, 3}));
  graph.initializers.emplace("mean", Floats({3}, {-1, 4, 9}));
  graph.initializers.emplace("variance", Floats({3}, {4, 0.25f, 1}));
  graph.nodes = {{.name = "conv",
                  .op_type = "Conv",
                  .domain = "",
                  .inputs = {"x", "w"},
                  .outputs = {"c"},
                  .attributes = {}},
                 {.name = "norm",
                  .op_type = "BatchNormalization",
                  .domain = "",
                  .inputs = {"c", "scale", "offset", "mean", "variance"},
                  .outputs = {"y"},
                  .attributes = {{"epsilon", 0.125f}}}};
  if (bias) graph.nodes[0].inputs.push_back("b");
  return graph;
}

// y of one pixel, by the definitions of the two operators.
std::vector<double> TwoSteps(const Graph& graph, const std::vector<double>& x, bool bias) {
  const auto values = [&](const char* name) { return graph.Initializer(name)->as<float>(); };
  std::vector<double> y;
  for (size_t c = 0; c < 3; ++c) {
    double conv = bias ? values("b")[c] : 0.0;
    for (size_t k = 0; k < 2; ++k) conv += values("w")[2 * c + k] * x[k];
    y.push_back(values("scale")[c] * (conv - values("mean")[c]) /
                    std::sqrt(values("variance")[c] + 0.125) +
                values("offset")[c]);
  }
  return y;
}

TEST(FoldBatchNorm, ComputesTheSame) {
  for (bool bias : {false, true}) {
    const std::vector<double> x = {0.75, -1.5};
    Graph graph = MakeGraph(bias);
    const std::vector<double> expected = TwoSteps(graph, x, bias);
    ASSERT_TRUE(FoldBatchNorm(graph).ok());
    ASSERT_EQ(graph.nodes.size(), 1u);
    const Node& conv = graph.nodes[0];
    EXPECT_EQ(conv.name, "conv");
    EXPECT_THAT(conv.outputs, ElementsAre("y"));
    EXPECT_EQ(graph.initializers.size(), 2u);
    const auto weight = graph.Initializer(conv.input(1))->as<float>();
    const auto offset = graph.Initializer(conv.input(2))->as<float>();
    for (size_t c = 0; c < 3; ++c) {
      const double y = weight[2 * c] * x[0] + weight[2 * c + 1] * x[1] + offset[c];
      EXPECT_NEAR(y, expected[c], 1e-6 * (1 + std::abs(expected[c]))) << c;
    }
  }
}

TEST(FoldBatchNorm, FoldsOneAfterAnother) {
  Graph graph = MakeGraph(true);
  Node second = graph.nodes[1];
  graph.nodes[1].outputs = {"n"};
  second.name = "second";
  second.inputs[0] = "n";
  graph.nodes.push_back(second);
  ASSERT_TRUE(FoldBatchNorm(graph).ok());
  EXPECT_EQ(graph.nodes.size(), 1u);
  EXPECT_THAT(graph.nodes[0].outputs, ElementsAre("y"));
}

TEST(FoldBatchNorm, LeavesTheWeightsOfAnotherConvAlone) {
  Graph graph = MakeGraph(false);
  graph.outputs.push_back({.name = "z", .dims = {}});
  graph.nodes.push_back(graph.nodes[0]);
  graph.nodes.back().name = "twin";
  graph.nodes.back().outputs = {"z"};
  ASSERT_TRUE(FoldBatchNorm(graph).ok());
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[1].input(1), "w");
  EXPECT_THAT(graph.Initializer("w")->as<float>(),
              Pointwise(FloatEq(), {1.f, 2.f, 3.f, 4.f, -5.f, 6.f}));
}

// However many there are: no copies, no names that grow.
TEST(FoldBatchNorm, FoldsInPlaceWhatNobodyElseReads) {
  Graph graph = MakeGraph(true);
  const Node norm = graph.nodes[1];
  for (int i = 0; i < 3; ++i) {
    Node next = norm;
    next.name = "norm" + std::to_string(i);
    next.inputs[0] = graph.nodes.back().outputs[0] = "n" + std::to_string(i);
    graph.nodes.push_back(next);
  }
  ASSERT_TRUE(FoldBatchNorm(graph, 0).ok());
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_THAT(graph.nodes[0].inputs, ElementsAre("x", "w", "b"));
  EXPECT_EQ(graph.initializers.size(), 2u);
}

// Two convolutions that share weights, one more copy of which would be too much.
TEST(FoldBatchNorm, CopiesNoMoreThanItMay) {
  Graph graph = MakeGraph(false);
  graph.outputs.push_back({.name = "z", .dims = {}});
  graph.nodes.push_back(graph.nodes[0]);
  graph.nodes.push_back(graph.nodes[1]);
  graph.nodes[2].name = "twin";
  graph.nodes[2].outputs = {"t"};
  graph.nodes[3].inputs = {"t", "scale", "offset", "mean", "variance"};
  graph.nodes[3].name = "twin_norm";
  graph.nodes[3].outputs = {"z"};
  const int64_t bytes = static_cast<int64_t>(graph.Initializer("w")->bytes());
  Graph all = graph;
  ASSERT_TRUE(FoldBatchNorm(all, 2 * bytes).ok());
  EXPECT_EQ(all.nodes.size(), 2u);
  ASSERT_TRUE(FoldBatchNorm(graph, 2 * bytes - 1).ok());
  ASSERT_EQ(graph.nodes.size(), 3u);
  EXPECT_EQ(graph.nodes[1].input(1), "w");
  EXPECT_EQ(graph.nodes[2].op_type, "BatchNormalization");
}

void ExpectUntouched(Graph graph) {
  ASSERT_TRUE(FoldBatchNorm(graph).ok());
  ASSERT_GE(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[0].input(1), "w");
  EXPECT_EQ(graph.nodes[1].op_type, "BatchNormalization");
}

TEST(FoldBatchNorm, StaysWhereItMust) {
  Graph graph = MakeGraph(true);
  graph.outputs.push_back({.name = "c", .dims = {}});
  ExpectUntouched(graph);  // The convolution's own output is needed,

  graph = MakeGraph(true);
  graph.outputs.push_back({.name = "z", .dims = {}});
  graph.nodes.push_back({.name = "relu",
                         .op_type = "Relu",
                         .domain = "",
                         .inputs = {"c"},
                         .outputs = {"z"},
                         .attributes = {}});
  ExpectUntouched(graph);  // or read by another,

  graph = MakeGraph(true);
  graph.initializers.erase("mean");
  graph.inputs.push_back({.name = "mean", .dims = {}});
  ExpectUntouched(graph);  // a parameter is not constant,

  graph = MakeGraph(true);
  graph.initializers.at("variance").as<float>()[1] = -1;
  ExpectUntouched(graph);  // the factor is not a number,

  graph = MakeGraph(true);
  graph.initializers.at("scale") = Floats({1}, {1});
  ExpectUntouched(graph);  // or of another length,

  graph = MakeGraph(true);
  graph.nodes[0].op_type = "ConvTranspose";
  ExpectUntouched(graph);  // or it is no Conv.
}

}  // namespace
}  // namespace assay
