#include "harness/quantize/rewrite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/quantize/placement.h"

namespace assay::quantize {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

Node Op(std::string name, std::string op_type, std::vector<std::string> inputs,
        std::string output) {
  Node node;
  node.name = std::move(name);
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {std::move(output)};
  return node;
}

ValueInfo Image(std::string name) {
  return {std::move(name), DType::kF32, {{-1, "N"}, {3, ""}, {8, ""}, {8, ""}}};
}

// input -> conv1 -> relu -> pool -> conv2 -> sum(+ pool) -> flat -> gemm -> logits
Graph SmallNet() {
  Graph graph;
  graph.inputs = {Image("input")};
  graph.outputs = {{"logits", DType::kF32, {{-1, "N"}, {2, ""}}}};
  graph.nodes = {
      Op("conv1", "Conv", {"input", "w1", "b1"}, "c1"),
      Op("relu", "Relu", {"c1"}, "r1"),
      Op("pool", "MaxPool", {"r1"}, "p1"),
      Op("conv2", "Conv", {"p1", "w2"}, "c2"),
      Op("sum", "Add", {"c2", "p1"}, "s"),
      Op("flat", "Flatten", {"s"}, "f"),
      Op("fc", "Gemm", {"f", "w3", "b3"}, "logits"),
  };
  graph.nodes[2].attributes["kernel_shape"] = std::vector<int64_t>{2, 2};
  graph.initializers.emplace("w1", Tensor::Of<float>({3, 3, 1, 1}, {1, 0, 0, 0, .5f, 0, 0, 0, -2}));
  graph.initializers.emplace("b1", Tensor::Of<float>({3}, {0.1f, 0.2f, -0.3f}));
  graph.initializers.emplace("w2", Tensor::Of<float>({3, 3, 1, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1}));
  graph.initializers.emplace("w3", Tensor::Of<float>({192, 2}, std::vector<float>(384, 0.25f)));
  graph.initializers.emplace("b3", Tensor::Of<float>({2}, {0, 1}));
  return graph;
}

Ranges SomeRanges(const Graph& graph) {
  Ranges ranges;
  float top = 1.0f;
  for (const std::string& value : CalibratedValues(graph)) ranges[value] = {-1.0f, top += 1.0f};
  return ranges;
}

const Node& Find(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes) {
    if (node.name == name) return node;
  }
  ADD_FAILURE() << "no node " << name;
  return graph.nodes.front();
}

int Count(const Graph& graph, const std::string& op_type) {
  return static_cast<int>(std::ranges::count(graph.nodes, op_type, &Node::op_type));
}

TEST(Topology, ListsOperatorsWithTheirChoices) {
  const auto ops = QuantizableOps(SmallNet());
  ASSERT_EQ(ops.size(), 4u);
  EXPECT_EQ(ops[0].node, "conv1");
  EXPECT_THAT(ops[0].choices,
              ElementsAre(Precision::kInt8PerChannel, Precision::kInt8PerTensor, Precision::kFp32));
  EXPECT_EQ(ops[2].node, "sum");
  EXPECT_THAT(ops[2].choices, ElementsAre(Precision::kInt8PerTensor, Precision::kFp32));
}

TEST(Topology, ObservesBehindTheActivation) {
  EXPECT_THAT(CalibratedValues(SmallNet()),
              UnorderedElementsAre("input", "r1", "p1", "c2", "s", "f", "logits"));
}

TEST(Rewrite, FullyQuantizedHasABorderBehindEveryValue) {
  Graph graph = SmallNet();
  auto result = Rewrite(graph, FullyQuantized(graph), SomeRanges(graph));
  ASSERT_TRUE(result.ok()) << result.message();
  ASSERT_TRUE(SortTopologically(*result).ok());
  EXPECT_EQ(Count(*result, "QuantizeLinear"), 7);
  EXPECT_EQ(Count(*result, "DequantizeLinear"), 7 + 3 + 2);  // Values, weights, biases.
  // The activation stands between the convolution and its border.
  EXPECT_EQ(Find(*result, "relu").inputs[0], "c1");
  EXPECT_EQ(Find(*result, "pool").inputs[0], "r1_dequantized");
  EXPECT_TRUE(result->IsOutput("logits"));
  EXPECT_EQ(result->outputs[0].dims[0].symbol, "N");
}

TEST(Rewrite, MovedValuesKeepTheirParameters) {
  Graph graph = SmallNet();
  const auto placement = Place(graph, FullyQuantized(graph));
  ASSERT_TRUE(placement.ok());
  const auto params = ParamsOf(*placement, SomeRanges(graph));
  ASSERT_TRUE(params.ok());
  EXPECT_EQ(params->at("r1"), params->at("p1"));
  EXPECT_EQ(params->at("s"), params->at("f"));
  EXPECT_NE(params->at("p1"), params->at("s"));
}

TEST(Rewrite, OneFp32OperatorReadsAndMakesReals) {
  Graph graph = SmallNet();
  QuantConfig config = FullyQuantized(graph);
  config["conv2"] = Precision::kFp32;
  auto result = Rewrite(graph, config, SomeRanges(graph));
  ASSERT_TRUE(result.ok()) << result.message();
  EXPECT_EQ(Find(*result, "conv2").inputs, (std::vector<std::string>{"p1_dequantized", "w2"}));
  // Its result is quantized for the addition alone.
  EXPECT_EQ(Find(*result, "sum").inputs[0], "c2_dequantized");
  EXPECT_EQ(Count(*result, "DequantizeLinear"), 7 + 2 + 2);
}

TEST(Rewrite, NothingQuantizedIsTheSameGraph) {
  Graph graph = SmallNet();
  auto result = Rewrite(graph, {}, {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->nodes.size(), graph.nodes.size());
  EXPECT_EQ(result->initializers.size(), graph.initializers.size());
}

TEST(Rewrite, BiasHasTheScaleOfTheProduct) {
  Graph graph = SmallNet();
  const auto result = Rewrite(graph, FullyQuantized(graph), SomeRanges(graph));
  ASSERT_TRUE(result.ok());
  const auto& bias = *result->Initializer("conv1_bias_quantized");
  const auto& scale = *result->Initializer("conv1_bias_scale");
  const auto& weight_scale = *result->Initializer("conv1_weights_scale");
  const float input_scale = result->Initializer("input_scale")->as<float>()[0];
  ASSERT_EQ(bias.dtype(), DType::kI32);
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_EQ(scale.as<float>()[c], weight_scale.as<float>()[c] * input_scale);
    EXPECT_NEAR(static_cast<float>(bias.as<int32_t>()[c]) * scale.as<float>()[c],
                graph.initializers.at("b1").as<float>()[c], scale.as<float>()[c]);
  }
}

TEST(Rewrite, ConcatSharesTheParametersOfItsResult) {
  Graph graph = SmallNet();
  graph.nodes.resize(1);
  graph.nodes.push_back(Op("left", "Conv", {"c1", "w2"}, "l"));
  graph.nodes.push_back(Op("right", "Conv", {"c1", "w2"}, "r"));
  graph.nodes.push_back(Op("concat", "Concat", {"l", "r"}, "both"));
  graph.outputs = {Image("both")};
  const auto placement = Place(graph, FullyQuantized(graph));
  ASSERT_TRUE(placement.ok());
  const auto params = ParamsOf(
      *placement,
      {{"input", {0, 1}}, {"c1", {0, 1}}, {"l", {-2, 1}}, {"r", {0, 5}}, {"both", {-2, 5}}});
  ASSERT_TRUE(params.ok()) << params.message();
  EXPECT_EQ(params->at("l"), params->at("both"));
  EXPECT_EQ(params->at("r"), ParamsOf(Range{-2, 5}));
}

TEST(Rewrite, ErrorsNameTheNode) {
  Graph graph = SmallNet();
  EXPECT_THAT(Rewrite(graph, {{"relu", Precision::kInt8PerTensor}}, {}).message(),
              HasSubstr("node 'relu' is not one that can be quantized"));
  EXPECT_THAT(Rewrite(graph, {{"sum", Precision::kInt8PerChannel}}, {}).message(),
              HasSubstr("node 'sum' has no weights"));
  EXPECT_THAT(Rewrite(graph, {{"conv1", Precision::kInt8PerTensor}}, {}).message(),
              HasSubstr("was not calibrated"));
}

std::vector<std::string> Quantizable(const Graph& graph) {
  std::vector<std::string> names;
  for (const QuantizableOp& op : QuantizableOps(graph)) names.push_back(op.node);
  return names;
}

TEST(Quantizable, IntegersAreNot) {
  Graph graph = SmallNet();
  graph.nodes.push_back(Op("extents", "Shape", {"input"}, "i"));
  graph.nodes.push_back(Op("sum_of_extents", "Add", {"i", "i"}, "j"));
  graph.outputs.push_back({"j", DType::kI64, {{4, ""}}});
  EXPECT_THAT(Quantizable(graph), testing::Not(testing::Contains("sum_of_extents")));
  EXPECT_THAT(Quantizable(graph), testing::Contains("sum"));
}

TEST(Quantizable, AGemmWhoseBiasIsBroadcastIsNot) {
  Graph graph = SmallNet();
  EXPECT_THAT(Quantizable(graph), testing::Contains("fc"));
  graph.initializers.insert_or_assign("one", Tensor::Of<float>({1}, {1.0f}));
  for (Node& node : graph.nodes) {
    if (node.name != "fc") continue;
    node.inputs.resize(2);
    node.inputs.push_back("one");
  }
  EXPECT_THAT(Quantizable(graph), testing::Not(testing::Contains("fc")));
}

}  // namespace
}  // namespace assay::quantize
