// Each fusion against the execution of the same graph node by node, as ONNX defines it.
#include <gmock/gmock.h>

#include "tests/harness/engine/qdq_builder.h"
#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using Ints = std::vector<int64_t>;

const std::map<std::string, Attribute> kPadded = {{"pads", Ints{1, 1, 1, 1}}};

GraphBuilder ConvGraph() {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {-1, 8, 7, 5});
  builder.Init("w", {8, 8, 3, 3}, RandomFloats(8 * 8 * 9, 1));
  builder.Init("b", {8}, RandomFloats(8, 2));
  builder.Op("Conv", {"x", "w", "b"}, "conv", kPadded);
  return builder;
}

// Runs fused and literally; the fused plan has exactly these steps.
void ExpectFusedFloat(const Graph& graph, const std::vector<std::string>& ops) {
  const auto fused = BuildPlan(graph), literal = BuildPlan(graph, {.fuse = false});
  ASSERT_TRUE(fused != nullptr && literal != nullptr);
  EXPECT_EQ(StepOps(*fused), ops);
  const Tensor x = RandomTensor(fused->inputs()[0].shape, 3);
  ExpectNear(RunPlan(fused, {x})[0], RunPlan(literal, {x})[0], 1e-4f);
}

TEST(FloatFusion, ConvBatchNormRelu) {
  GraphBuilder builder = ConvGraph();
  builder.Init("s", {8}, RandomFloats(8, 4)).Init("o", {8}, RandomFloats(8, 5));
  builder.Init("m", {8}, RandomFloats(8, 6)).Init("v", {8}, std::vector<float>(8, 0.7f));
  builder.Op("BatchNormalization", {"conv", "s", "o", "m", "v"}, "bn").Op("Relu", {"bn"}, "y");
  builder.Output("y");
  ExpectFusedFloat(builder.graph, {"Layout", "Conv", "Output"});
}

TEST(FloatFusion, ConvResidualClip) {
  GraphBuilder builder = ConvGraph();
  builder.Init<float>("lo", {}, {-1}).Init<float>("hi", {}, {1.5});
  builder.Op("Add", {"x", "conv"}, "sum").Op("Clip", {"sum", "lo", "hi"}, "y").Output("y");
  ExpectFusedFloat(builder.graph, {"Layout", "Conv", "Output"});
  const auto plan = BuildPlan(builder.graph);
  EXPECT_THAT(plan->steps()[1].fused, testing::UnorderedElementsAre("sum_Add", "y_Clip"));
}

TEST(FloatFusion, ReluBeforeTheAddStaysBefore) {
  GraphBuilder builder = ConvGraph();
  builder.Op("Relu", {"conv"}, "relu").Op("Add", {"relu", "x"}, "y").Output("y");
  ExpectFusedFloat(builder.graph, {"Layout", "Conv", "Add", "Output"});
}

TEST(FloatFusion, TwoClampsInARow) {
  GraphBuilder builder = ConvGraph();
  builder.Init<float>("lo", {}, {0.25}).Init<float>("hi", {}, {0.5});
  builder.Op("Relu", {"conv"}, "relu").Op("Clip", {"relu", "lo", "hi"}, "y").Output("y");
  ExpectFusedFloat(builder.graph, {"Layout", "Conv", "Clip", "Output"});
}

TEST(FloatFusion, NothingThatIsReadElsewhere) {
  GraphBuilder builder = ConvGraph();
  builder.Op("Relu", {"conv"}, "relu").Op("Add", {"relu", "conv"}, "y").Output("y");
  ExpectFusedFloat(builder.graph, {"Layout", "Conv", "Relu", "Add", "Output"});
}

TEST(FloatFusion, TwoBranchesMeet) {
  GraphBuilder builder = ConvGraph();
  builder.Init("w1", {8, 8, 1, 1}, RandomFloats(64, 7));
  builder.Op("Conv", {"x", "w1"}, "short").Op("Add", {"conv", "short"}, "sum");
  builder.Op("Relu", {"sum"}, "y").Output("y");
  ExpectFusedFloat(builder.graph, {"Layout", "Conv", "Conv", "Output"});
}

TEST(FloatFusion, GemmRelu) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {3, 10}).Init("w", {10, 6}, RandomFloats(60, 1));
  builder.Op("Gemm", {"x", "w"}, "g").Op("Relu", {"g"}, "y").Output("y");
  ExpectFusedFloat(builder.graph, {"Gemm"});
}

TEST(FloatFusion, ConcatIsWrittenInPlace) {
  GraphBuilder builder = ConvGraph();
  builder.Init("w1", {4, 8, 1, 1}, RandomFloats(32, 7));
  builder.Op("Relu", {"conv"}, "a").Op("Conv", {"x", "w1"}, "b1").Op("Sigmoid", {"b1"}, "b2");
  builder.Op("MaxPool", {"x"}, "c", {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}});
  builder.Op("Concat", {"a", "b2", "c"}, "inner", {{"axis", int64_t{1}}});
  builder.Init("w2", {3, 20, 1, 1}, RandomFloats(60, 8));
  builder.Op("Conv", {"inner", "w2"}, "y").Output("y");
  ExpectFusedFloat(builder.graph,
                   {"Layout", "Conv", "Conv", "Sigmoid", "MaxPool", "Conv", "Output"});
}

// Scales are powers of two, so that the float execution is exact and the bits must agree.
struct IntegerCase {
  const char* name;
  std::vector<std::string> ops;
  void (*build)(QdqBuilder&);
};

void PrintTo(const IntegerCase& c, std::ostream* os) { *os << c.name; }

class IntegerFusion : public testing::TestWithParam<IntegerCase> {};

TEST_P(IntegerFusion, AgreesWithOnnx) {
  QdqBuilder builder;
  GetParam().build(builder);
  const auto fused = BuildPlan(builder.graph), literal = BuildPlan(builder.graph, {.fuse = false});
  ASSERT_TRUE(fused != nullptr && literal != nullptr);
  EXPECT_EQ(StepOps(*fused), GetParam().ops);
  std::vector<Tensor> inputs;
  for (const Port& port : fused->inputs()) {
    inputs.push_back(
        port.dtype == DType::kF32
            ? RandomTensor(port.shape, 11)
            : Tensor::Of<int8_t>(port.shape,
                                 RandomIntegers<int8_t>(port.shape.elements(), -128, 127, 5)));
  }
  const std::vector<Tensor> ours = RunPlan(fused, inputs), theirs = RunPlan(literal, inputs);
  for (size_t i = 0; i < ours.size(); ++i) {
    ASSERT_EQ(ours[i].bytes(), theirs[i].bytes());
    EXPECT_EQ(std::memcmp(ours[i].data(), theirs[i].data(), ours[i].bytes()), 0) << "output " << i;
  }
}

// Every tier, thread count and way to take a batch gives the same bits.
TEST_P(IntegerFusion, SameBitsEverywhere) {
  QdqBuilder builder;
  GetParam().build(builder);
  std::vector<Tensor> expected;
  for (Isa isa : kAllIsas) {
    for (int threads : {1, 2}) {
      PlanOptions options;
      options.usable = *IsaCap(Name(isa)) & UsableIsas();
      options.threads = threads;
      options.images_at_once = threads == 1 ? PlanOptions::kAllAtOnce : 1;
      const auto plan = BuildPlan(builder.graph, options);
      ASSERT_NE(plan, nullptr);
      std::vector<Tensor> inputs;
      for (const Port& port : plan->inputs()) {
        inputs.push_back(
            port.dtype == DType::kF32
                ? RandomTensor(port.shape, 11)
                : Tensor::Of<int8_t>(port.shape,
                                     RandomIntegers<int8_t>(port.shape.elements(), -128, 127, 5)));
      }
      std::vector<Tensor> outputs = RunPlan(plan, inputs, threads);
      if (expected.empty()) expected = outputs;
      for (size_t i = 0; i < outputs.size(); ++i) {
        EXPECT_EQ(std::memcmp(outputs[i].data(), expected[i].data(), outputs[i].bytes()), 0)
            << Name(isa) << ", " << threads << " threads, output " << i;
      }
    }
  }
}

const IntegerCase kCases[] = {
    {"ConvRelu",
     {"QuantizeLinear", "QConv", "DequantizeLinear", "Output"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120).Weights("w", {16, 8, 3, 3}, 0.03125f);
       b.Bias("b", 16, 0.0625f * 0.03125f);
       b.Op("Conv", {"x_dq", "w_dq", "b_dq"}, "c", kPadded).Op("Relu", {"c"}, "r");
       b.Quantize("r", 0.25f, 3).Output("r_dq");
     }},
    {"ConvNoBiasClip6",
     {"QuantizeLinear", "QConv", "DequantizeLinear", "Output"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120).Weights("w", {16, 8, 1, 1}, 0.03125f);
       b.Init<float>("lo", {}, {0}).Init<float>("hi", {}, {6});
       b.Op("Conv", {"x_dq", "w_dq"}, "c").Op("Clip", {"c", "lo", "hi"}, "r");
       b.Quantize("r", 0.0625f, 0).Output("r_dq");
     }},
    {"DepthwisePerChannel",
     {"QuantizeLinear", "QConv", "DequantizeLinear", "Output"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120).ChannelWeights("w", {8, 1, 3, 3});
       b.Op("Conv", {"x_dq", "w_dq"}, "c",
            {{"pads", Ints{1, 1, 1, 1}}, {"group", int64_t{8}}, {"strides", Ints{2, 2}}});
       b.Quantize("c", 0.125f, 128).Output("c_dq");
     }},
    {"ConvToReal",
     {"QuantizeLinear", "QConv", "Dequantize", "Output"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120).ChannelWeights("w", {8, 8, 3, 3});
       b.Op("Conv", {"x_dq", "w_dq"}, "c", kPadded).Op("Relu", {"c"}, "y").Output("y");
     }},
    {"Residual",
     {"QuantizeLinear", "QConv", "DequantizeLinear", "Output"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120).Weights("w", {8, 8, 3, 3}, 0.03125f);
       b.Op("Conv", {"x_dq", "w_dq"}, "c", kPadded).Quantize("c", 0.125f, 100);
       b.Op("Add", {"c_dq", "x_dq"}, "s").Op("Relu", {"s"}, "r").Quantize("r", 0.25f, 7);
       b.Output("r_dq");
     }},
    {"AddAlone",
     {"QuantizeLinear", "QuantizeLinear", "QAdd", "DequantizeLinear"},
     [](QdqBuilder& b) {
       b.Image("x").Image("z").Quantize("x", 0.0625f, 120).Quantize("z", 0.125f, 9);
       b.Op("Add", {"x_dq", "z_dq"}, "s").Quantize("s", 0.25f, 99).Output("s_dq");
     }},
    {"Gemm",
     {"QuantizeLinear", "QGemm", "DequantizeLinear"},
     [](QdqBuilder& b) {
       b.Input("x", DType::kF32, {5, 20}).Quantize("x", 0.0625f, 120);
       b.Weights("w", {12, 20}, 0.03125f).Bias("b", 12, 0.0625f * 0.03125f);
       b.Op("Gemm", {"x_dq", "w_dq", "b_dq"}, "g", {{"transB", int64_t{1}}});
       b.Quantize("g", 0.25f, 128).Output("g_dq");
     }},
    {"MatMulPerColumnToReal",
     {"QuantizeLinear", "QGemm", "Dequantize"},
     [](QdqBuilder& b) {
       b.Input("x", DType::kF32, {2, 5, 20}).Quantize("x", 0.0625f, 120);
       b.ChannelWeights("w", {20, 8}, 1).Op("MatMul", {"x_dq", "w_dq"}, "y").Output("y");
     }},
    {"MaxPoolAndMoves",
     {"QuantizeLinear", "MaxPool", "Layout", "DequantizeLinear"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120);
       b.Op("MaxPool", {"x_dq"}, "p", {{"kernel_shape", Ints{2, 2}}}).Quantize("p", 0.0625f, 120);
       b.Op("Flatten", {"p_dq"}, "f").Quantize("f", 0.0625f, 120).Output("f_dq");
     }},
    {"PadsWithTheZeroPoint",
     {"QuantizeLinear", "Pad", "DequantizeLinear"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120);
       b.Init<int64_t>("pads", {8}, {0, 1, 0, 0, 0, 2, 0, 1});
       b.Op("Pad", {"x_dq", "pads"}, "p").Quantize("p", 0.0625f, 120).Output("p_dq");
     }},
    {"GlobalAverage",
     {"QuantizeLinear", "QGlobalAveragePool", "DequantizeLinear"},
     [](QdqBuilder& b) {
       b.Input("x", DType::kF32, {2, 8, 4, 4}).Quantize("x", 0.0625f, 120);
       b.Op("GlobalAveragePool", {"x_dq"}, "g").Quantize("g", 0.03125f, 120).Output("g_dq");
     }},
    {"Average",
     {"QuantizeLinear", "QAveragePool", "DequantizeLinear", "Output"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120);
       b.Op("AveragePool", {"x_dq"}, "g", {{"kernel_shape", Ints{2, 2}}});
       b.Quantize("g", 0.125f, 120).Output("g_dq");
     }},
    {"AveragePoolOfPixelsApartStaysReal",
     {"QuantizeLinear", "DequantizeLinear", "AveragePool", "QuantizeLinear", "DequantizeLinear"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120);
       b.Op("AveragePool", {"x_dq"}, "g",
            {{"kernel_shape", Ints{2, 2}}, {"dilations", Ints{1, 2}}});
       b.Quantize("g", 0.125f, 120).Output("g_dq");
     }},
    {"ConcatRequantizes",
     {"QuantizeLinear", "QConv", "QConv", "QConcat", "QConv", "DequantizeLinear", "Output"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120).Weights("w", {16, 8, 1, 1}, 0.03125f);
       b.Weights("v", {4, 8, 3, 3}, 0.03125f).Weights("u", {8, 20, 1, 1}, 0.0625f);
       b.Op("Conv", {"x_dq", "w_dq"}, "c").Quantize("c", 0.125f, 128);
       b.Op("Conv", {"x_dq", "v_dq"}, "d", kPadded).Quantize("d", 0.25f, 120);
       b.Op("Concat", {"c_dq", "d_dq"}, "cat", {{"axis", int64_t{1}}}).Quantize("cat", 0.25f, 120);
       b.Op("Conv", {"cat_dq", "u_dq"}, "y").Quantize("y", 0.5f, 128).Output("y_dq");
     }},
    {"Lookups",
     {"QuantizeLinear", "Lookup", "DequantizeLinear"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120);
       b.Op("Relu", {"x_dq"}, "r").Op("Sigmoid", {"r"}, "s").Quantize("s", 0.00390625f, 0);
       b.Output("s_dq");
     }},
    {"RequantizesByTable",
     {"QuantizeLinear", "Lookup", "DequantizeLinear"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120);
       b.Op("QuantizeLinear", {"x_dq", b.Scale(0.3f), b.ZeroPoint(7)}, "z_q");
       b.Op("DequantizeLinear", {"z_q", b.Scale(0.3f), b.ZeroPoint(7)}, "z_dq").Output("z_dq");
     }},
    {"SignedActivations",
     {"QuantizeLinear", "QConv", "DequantizeLinear", "Output"},
     [](QdqBuilder& b) {
       b.Image("x").QuantizeSigned("x", 0.0625f, -3).Weights("w", {8, 8, 3, 3}, 0.03125f);
       b.Op("Conv", {"x_dq", "w_dq"}, "c", kPadded).QuantizeSigned("c", 0.125f, 5).Output("c_dq");
     }},
    {"SignedBorders",
     {"Lookup", "Layout", "MaxPool", "Lookup", "Output"},
     [](QdqBuilder& b) {
       b.Input("x", DType::kI8, {1, 8, 6, 6});
       const std::string scale = b.Scale(0.5f), zero = b.SignedZeroPoint(-4);
       b.Op("DequantizeLinear", {"x", scale, zero}, "x_dq");
       b.Op("MaxPool", {"x_dq"}, "p", {{"kernel_shape", Ints{2, 2}}});
       b.Op("QuantizeLinear", {"p", scale, zero}, "y").Output("y", DType::kI8);
     }},
    {"UnsignedWeightsStayFloat",
     {"QuantizeLinear", "DequantizeLinear", "Layout", "Conv", "QuantizeLinear", "DequantizeLinear",
      "Output"},
     [](QdqBuilder& b) {
       b.Image("x").Quantize("x", 0.0625f, 120);
       b.Init("w", {8, 8, 1, 1}, RandomIntegers<uint8_t>(64, 0, 255, 3));
       b.Op("DequantizeLinear", {"w", b.Scale(0.03125f), b.ZeroPoint(128)}, "w_dq");
       b.Op("Conv", {"x_dq", "w_dq"}, "c").Quantize("c", 0.25f, 128).Output("c_dq");
     }},
};

INSTANTIATE_TEST_SUITE_P(Cases, IntegerFusion, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

// Scales as they come: float execution rounds otherwise, by at most one step, and rarely.
TEST(IntegerFusionWithAnyScales, StaysWithinOneStep) {
  QdqBuilder builder;
  builder.Image("x").Quantize("x", 0.0371f, 121).Weights("w", {32, 8, 3, 3}, 0.00913f);
  builder.Bias("b", 32, 0.0371f * 0.00913f);
  builder.Op("Conv", {"x_dq", "w_dq", "b_dq"}, "c", kPadded).Quantize("c", 0.0717f, 130);
  builder.Output("c_q", DType::kU8);
  const Tensor x = RandomTensor({2, 8, 6, 7}, 5);
  const auto ours = Values<uint8_t>(RunGraph(builder.graph, {x})[0]);
  const auto theirs = Values<uint8_t>(RunGraph(builder.graph, {x}, {.fuse = false})[0]);
  int different = 0;
  for (size_t i = 0; i < ours.size(); ++i) {
    EXPECT_LE(std::abs(ours[i] - theirs[i]), 1);
    different += ours[i] != theirs[i] ? 1 : 0;
  }
  EXPECT_LE(different, 2) << "of " << ours.size();
}

// The kernels' bits are those of the plain loops.
TEST(Fusion, QLinearOperatorsRunByTheIntegerKernels) {
  GraphBuilder builder;
  builder.Input("x", DType::kU8, {2, 5, 9, 7});
  builder.Init("w", {6, 5, 3, 3}, RandomIntegers<int8_t>(6 * 5 * 9, -128, 127, 1));
  builder.Init("b", {6}, RandomIntegers<int32_t>(6, -9999, 9999, 2));
  builder.Init<float>("xs", {}, {0.013f}).Init<uint8_t>("xz", {}, {255});
  builder.Init<float>("ws", {6}, {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f});
  builder.Init<int8_t>("wz", {6}, std::vector<int8_t>(6));
  builder.Init<float>("ys", {1}, {7.0f}).Init<uint8_t>("yz", {1}, {128});
  builder.Op("QLinearConv", {"x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"}, "c",
             {{"pads", std::vector<int64_t>{1, 1, 1, 1}}});
  builder.Init("m", {7, 4}, RandomIntegers<int8_t>(28, -128, 127, 3));
  builder.Init<float>("ms", {4}, {0.1f, 0.2f, 0.3f, 0.4f}).Init<int8_t>("mz", {}, {0});
  builder.Op("QLinearMatMul", {"c", "ys", "yz", "m", "ms", "mz", "ys", "yz"}, "y");
  builder.Output("y", DType::kU8);
  const std::vector<uint8_t> codes = RandomIntegers<uint8_t>(2 * 5 * 9 * 7, 0, 255, 4);
  const Tensor x = Tensor::Of<uint8_t>({2, 5, 9, 7}, codes);
  const auto plan = BuildPlan(builder.graph);
  EXPECT_THAT(StepOps(*plan), testing::IsSupersetOf({"QConv", "QGemm"}));
  EXPECT_EQ(plan->int8_macs(), plan->macs());
  PlanOptions plain;
  plain.fuse = false;
  EXPECT_EQ(Values<uint8_t>(RunPlan(plan, {x}).at(0)),
            Values<uint8_t>(RunGraph(builder.graph, {x}, plain).at(0)));
}

}  // namespace
}  // namespace assay::engine
