#include "harness/engine/plan.h"

#include <gmock/gmock.h>

#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ints = std::vector<int64_t>;

GraphBuilder TinyNet() {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {-1, 3, 8, 8});
  builder.Init("w", {4, 3, 3, 3}, RandomFloats(108, 1)).Init("f", {4, 5}, RandomFloats(20, 2));
  builder.Op("Conv", {"x", "w"}, "c").Op("Relu", {"c"}, "r").Op("GlobalAveragePool", {"r"}, "g");
  builder.Op("Flatten", {"g"}, "v").Op("Gemm", {"v", "f"}, "y").Output("y");
  return builder;
}

TEST(Plan, DescribesItself) {
  const auto plan = BuildPlan(TinyNet().graph, {.batch = 2});
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->inputs()[0].name, "x");
  EXPECT_EQ(plan->inputs()[0].shape, (Shape{2, 3, 8, 8}));
  EXPECT_EQ(plan->outputs()[0].shape, (Shape{2, 5}));
  EXPECT_THAT(StepOps(*plan), ElementsAre("Layout", "Conv", "GlobalAveragePool", "Gemm"));
  const StepInfo& conv = plan->steps()[1];
  EXPECT_EQ(conv.node, "c_Conv");
  EXPECT_THAT(conv.fused, ElementsAre("r_Relu"));
  EXPECT_EQ(conv.macs, 2 * 36 * 4 * 27);
  EXPECT_FALSE(conv.variant.empty());
  EXPECT_EQ(conv.shape, (Shape{2, 4, 6, 6}));
  EXPECT_EQ(plan->macs(), 2 * 36 * 4 * 27 + 2 * 20);
  EXPECT_EQ(plan->int8_macs(), 0);
  EXPECT_GE(plan->weight_bytes(), 128 * sizeof(float));
  EXPECT_GE(plan->arena_bytes(), plan->arena_lower_bound());
  EXPECT_GE(plan->arena_lower_bound(), size_t{2 * 4 * 36 * 4});
}

TEST(Plan, CountsTheBytesOfEachStep) {
  const auto plan = BuildPlan(TinyNet().graph, {.batch = 2});
  ASSERT_NE(plan, nullptr);
  constexpr int64_t kImage = 2 * 3 * 8 * 8 * 4, kMaps = 2 * 4 * 36 * 4, kMeans = 2 * 4 * 4;
  EXPECT_EQ(plan->steps()[0].bytes, 2 * kImage);
  EXPECT_EQ(plan->steps()[2].bytes, kMaps + kMeans);
  const int64_t weights = plan->steps()[1].bytes - kImage - kMaps;
  EXPECT_GE(weights, 108 * 4);
  EXPECT_LE(weights, static_cast<int64_t>(plan->weight_bytes()));
}

// An operand that is broadcast is read once, however often it is used.
TEST(Plan, CountsBytesOfBroadcastOperandsOnce) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {16, 8}).Init("b", {8}, RandomFloats(8, 1));
  builder.Op("Mul", {"x", "b"}, "y").Output("y");
  EXPECT_EQ(BuildPlan(builder.graph)->steps()[0].bytes, (16 * 8 + 8 + 16 * 8) * 4);
}

TEST(Plan, WinogradCanBeSwitchedOff) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {1, 64, 28, 28})
      .Init("w", {64, 64, 3, 3}, RandomFloats(36864, 1));
  builder.Op("Conv", {"x", "w"}, "y").Output("y");
  const auto on = BuildPlan(builder.graph, {}),
             off = BuildPlan(builder.graph, {.winograd_bytes = 0});
  ASSERT_TRUE(on != nullptr && off != nullptr);
  const auto variant = [](const Plan& plan) {
    std::string names;
    for (const StepInfo& step : plan.steps()) names += step.variant + " ";
    return names;
  };
  EXPECT_THAT(variant(*on), HasSubstr("winograd"));
  EXPECT_THAT(variant(*off), testing::Not(HasSubstr("winograd")));
  EXPECT_GT(on->weight_bytes(), off->weight_bytes());
}

TEST(Plan, EachImageOfABatchIsTheImageAlone) {
  const GraphBuilder builder = TinyNet();
  for (int64_t batch : {1, 2, 5}) {
    const Tensor x = RandomTensor({batch, 3, 8, 8}, 4);
    const Tensor y = RunGraph(builder.graph, {x}, {.batch = batch}).at(0);
    for (int64_t i = 0; i < batch; ++i) {
      const auto image = x.as<float>().subspan(static_cast<size_t>(i * 192), 192);
      const Tensor one = Tensor::Of<float>({1, 3, 8, 8}, image);
      const Tensor alone = RunGraph(builder.graph, {one}).at(0);
      for (size_t k = 0; k < 5; ++k) {
        EXPECT_NEAR(alone.as<float>()[k], y.as<float>()[static_cast<size_t>(i) * 5 + k], 1e-5);
      }
    }
  }
}

TEST(Plan, BindsOpenExtents) {
  GraphBuilder builder;
  builder.Input("a", DType::kF32, {-1, -1}).Input("b", DType::kF32, {-1, 3});
  builder.Op("Add", {"a", "b"}, "y").Output("y");
  for (Dim& dim : builder.graph.inputs[0].dims) dim.symbol = "";
  EXPECT_THAT(BuildError(builder.graph), HasSubstr("axis 1 is open"));
  PlanOptions options;
  options.input_shapes["a"] = {4, 3};
  options.input_shapes["b"] = {4, 3};
  EXPECT_EQ(BuildError(builder.graph, options), "");
  options.input_shapes["b"] = {4, 5};
  EXPECT_THAT(BuildError(builder.graph, options), HasSubstr("is given the shape [4, 5]"));
  options.input_shapes = {{"nobody", {1}}};
  EXPECT_THAT(BuildError(builder.graph, options), HasSubstr("'nobody'"));
}

TEST(Plan, OneSymbolHasOneValue) {
  GraphBuilder builder;
  builder.Input("a", DType::kF32, {-1, 3}).Input("b", DType::kF32, {-1, 3});
  builder.Op("Add", {"a", "b"}, "y").Output("y");
  PlanOptions options;
  options.input_shapes["a"] = {4, 3};
  EXPECT_THAT(BuildError(builder.graph, options), HasSubstr("'N' is both 4 and 1"));
}

TEST(Plan, ListsEveryUnsupportedNode) {
  GraphBuilder builder = TinyNet();
  builder.Op("Foo", {"y"}, "z").Op("Bar", {"z"}, "q").Output("q");
  builder.graph.nodes.back().domain = "com.example";
  const std::string error = BuildError(builder.graph);
  EXPECT_THAT(error, HasSubstr("node 'z_Foo': Foo (domain ai.onnx)"));
  EXPECT_THAT(error, HasSubstr("node 'q_Bar': Bar (domain com.example)"));
  EXPECT_EQ(UnsupportedNodes(builder.graph).size(), 2u);
}

TEST(Plan, RefusesTheOperatorsThatOnlyFusionMakes) {
  GraphBuilder builder = TinyNet();
  builder.Op("QConv", {"x", "w"}, "z").Output("z");
  builder.graph.nodes.back().domain = "assay";
  EXPECT_THAT(BuildError(builder.graph), HasSubstr("QConv"));
}

TEST(Plan, LimitsTheArena) {
  PlanOptions options;
  options.max_bytes = 1000;
  EXPECT_THAT(BuildError(TinyNet().graph, options), HasSubstr("1000 are allowed"));
}

TEST(Plan, TransposingAnImageToChannelsLastIsFree) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {1, 4, 6, 6}).Init("w", {8, 4, 1, 1}, RandomFloats(32, 1));
  builder.Init<int64_t>("to", {3}, {1, -1, 2});
  builder.Op("Conv", {"x", "w"}, "c").Op("Transpose", {"c"}, "t", {{"perm", Ints{0, 2, 3, 1}}});
  builder.Op("Reshape", {"t", "to"}, "y").Output("y");
  EXPECT_THAT(StepOps(*BuildPlan(builder.graph)), ElementsAre("Layout", "Conv"));
}

TEST(Plan, ElementwiseChainsRunInPlace) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {64, 64});
  builder.Op("Exp", {"x"}, "a").Op("Sigmoid", {"a"}, "b").Op("Sqrt", {"b"}, "c");
  builder.Op("Softmax", {"c"}, "d").Op("Exp", {"d"}, "y").Output("y");
  EXPECT_EQ(BuildPlan(builder.graph)->arena_bytes(), size_t{64 * 64 * 4});
}

TEST(Plan, OutputsMayShareOrBeAnything) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {2, 2}).Init<float>("k", {2}, {7, 8});
  builder.Init<int64_t>("flat", {1}, {4});
  builder.Op("Relu", {"x"}, "r").Op("Reshape", {"r", "flat"}, "v").Op("Exp", {"r"}, "e");
  builder.Output("r").Output("v").Output("x").Output("k").Output("e").Output("r");
  const Tensor x = Tensor::Of<float>({2, 2}, std::vector<float>{-1, 0, 2, 3});
  const std::vector<Tensor> y = RunGraph(builder.graph, {x});
  EXPECT_THAT(Values<float>(y[0]), ElementsAre(0, 0, 2, 3));
  EXPECT_THAT(Values<float>(y[1]), ElementsAre(0, 0, 2, 3));
  EXPECT_THAT(Values<float>(y[2]), ElementsAre(-1, 0, 2, 3));
  EXPECT_THAT(Values<float>(y[3]), ElementsAre(7, 8));
  EXPECT_FLOAT_EQ(y[4].as<float>()[2], std::exp(2.0f));
  EXPECT_THAT(Values<float>(y[5]), ElementsAre(0, 0, 2, 3));
}

}  // namespace
}  // namespace assay::engine
