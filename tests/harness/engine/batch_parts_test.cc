// A batch in parts gives the same bits as the batch at once; models that mix images stay whole.
#include <gmock/gmock.h>

#include "tests/harness/engine/qdq_builder.h"
#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using testing::HasSubstr;
using Ints = std::vector<int64_t>;

constexpr int64_t kAllAtOnce = PlanOptions::kAllAtOnce;
const std::map<std::string, Attribute> kPadded = {{"pads", Ints{1, 1, 1, 1}}};
const std::map<std::string, Attribute> kPooled = {{"kernel_shape", Ints{2, 2}},
                                                  {"strides", Ints{2, 2}}};

// [n, 8, 8, 8] to [n, 5]: a residual, a concatenation, pools, a reshape and a product.
Graph FloatNet() {
  GraphBuilder b;
  b.Input("x", DType::kF32, {-1, 8, 8, 8}).Init("w", {8, 8, 3, 3}, RandomFloats(576, 1, 0.2f));
  b.Init("v", {8, 8, 1, 1}, RandomFloats(64, 2)).Init("d", {16, 1, 3, 3}, RandomFloats(144, 3));
  b.Init("f", {64, 5}, RandomFloats(320, 4)).Init<int64_t>("rows", {2}, {-1, 64});
  b.Op("Conv", {"x", "w"}, "c", kPadded).Op("Add", {"c", "x"}, "s").Op("Relu", {"s"}, "r");
  b.Op("Conv", {"r", "v"}, "p").Op("Concat", {"p", "r"}, "k", {{"axis", int64_t{1}}});
  b.Op("Conv", {"k", "d"}, "e", {{"pads", Ints{1, 1, 1, 1}}, {"group", int64_t{16}}});
  b.Op("MaxPool", {"e"}, "m", kPooled).Op("AveragePool", {"m"}, "a", kPooled);
  b.Op("Reshape", {"a", "rows"}, "t").Op("Gemm", {"t", "f"}, "g").Op("Softmax", {"g"}, "y");
  b.Output("y").Output("r");
  return b.graph;
}

// The same in QDQ form, without the softmax.
Graph IntegerNet() {
  QdqBuilder b;
  b.Input("x", DType::kF32, {-1, 8, 8, 8}).Quantize("x", 0.0625f, 120);
  b.Weights("w", {8, 8, 3, 3}, 0.03125f).ChannelWeights("v", {8, 8, 1, 1});
  b.Weights("d", {16, 1, 3, 3}, 0.03125f).Weights("f", {64, 5}, 0.03125f);
  b.Op("Conv", {"x_dq", "w_dq"}, "c", kPadded).Quantize("c", 0.25f, 128);
  b.Op("Add", {"c_dq", "x_dq"}, "s").Op("Relu", {"s"}, "r").Quantize("r", 0.25f, 0);
  b.Op("Conv", {"r_dq", "v_dq"}, "p").Quantize("p", 0.5f, 100);
  b.Op("Concat", {"p_dq", "r_dq"}, "k", {{"axis", int64_t{1}}}).Quantize("k", 0.5f, 90);
  b.Op("Conv", {"k_dq", "d_dq"}, "e", {{"pads", Ints{1, 1, 1, 1}}, {"group", int64_t{16}}});
  b.Quantize("e", 0.5f, 128).Op("MaxPool", {"e_dq"}, "m", kPooled).Quantize("m", 0.5f, 128);
  b.Op("AveragePool", {"m_dq"}, "a", kPooled).Quantize("a", 0.5f, 128);
  b.Op("Flatten", {"a_dq"}, "t").Op("MatMul", {"t", "f_dq"}, "g").Quantize("g", 1.0f, 128);
  b.Output("g_dq").Output("s");
  return b.graph;
}

std::vector<Tensor> InputsOf(const Plan& plan) {
  std::vector<Tensor> inputs;
  for (const Port& port : plan.inputs()) {
    inputs.push_back(port.dtype == DType::kF32
                         ? RandomTensor(port.shape, 7)
                         : Tensor::Of<int64_t>(port.shape, RandomIntegers<int64_t>(
                                                               port.shape.elements(), 1, 9, 7)));
  }
  return inputs;
}

void ExpectSameBits(const std::vector<Tensor>& actual, const std::vector<Tensor>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].shape(), expected[i].shape());
    EXPECT_EQ(std::memcmp(actual[i].data(), expected[i].data(), actual[i].bytes()), 0)
        << "output " << i;
  }
}

class Nets : public testing::TestWithParam<Graph (*)()> {};

TEST_P(Nets, GiveTheSameBits) {
  const Graph graph = GetParam()();
  constexpr int64_t kBatch = 6;
  const auto whole = BuildPlan(graph, {.batch = kBatch, .images_at_once = kAllAtOnce});
  ASSERT_NE(whole, nullptr);
  EXPECT_EQ(whole->parts(), 1);
  const std::vector<Tensor> inputs = InputsOf(*whole), expected = RunPlan(whole, inputs);
  for (const int threads : {1, 2, 4}) {
    for (const int64_t images : {1, 2, 3}) {
      const auto plan =
          BuildPlan(graph, {.batch = kBatch, .threads = threads, .images_at_once = images});
      ASSERT_NE(plan, nullptr);
      EXPECT_EQ(plan->parts(), kBatch / images);
      SCOPED_TRACE(testing::Message() << threads << " threads, " << images << " images");
      ExpectSameBits(RunPlan(plan, inputs, threads), expected);
      if (threads > 1) ExpectSameBits(RunPlan(plan, inputs, 1), expected);
    }
  }
}

// What people read of a plan is of the whole batch.
TEST_P(Nets, DescribeTheWholeBatch) {
  const Graph graph = GetParam()();
  const auto whole = BuildPlan(graph, {.batch = 6, .images_at_once = kAllAtOnce});
  const auto parts = BuildPlan(graph, {.batch = 6, .images_at_once = 2});
  ASSERT_TRUE(whole != nullptr && parts != nullptr);
  EXPECT_EQ(parts->inputs()[0].shape, whole->inputs()[0].shape);
  EXPECT_EQ(parts->outputs()[1].shape, whole->outputs()[1].shape);
  ASSERT_EQ(parts->steps().size(), whole->steps().size());
  for (size_t i = 0; i < parts->steps().size(); ++i) {
    const StepInfo &part = parts->steps()[i], &step = whole->steps()[i];
    EXPECT_EQ(part.op, step.op);
    EXPECT_EQ(part.variant, step.variant) << step.op;
    EXPECT_EQ(part.macs, step.macs) << step.op;
    EXPECT_EQ(part.bytes, step.bytes) << step.op;
    EXPECT_EQ(part.shape, step.shape) << step.op;
  }
}

TEST_P(Nets, TakeLessMemory) {
  const Graph graph = GetParam()();
  const auto whole = BuildPlan(graph, {.batch = 16, .threads = 2, .images_at_once = kAllAtOnce});
  const auto parts = BuildPlan(graph, {.batch = 16, .threads = 2, .images_at_once = 1});
  ASSERT_TRUE(whole != nullptr && parts != nullptr);
  EXPECT_LT(parts->arena_bytes(), whole->arena_bytes());
  EXPECT_GE(parts->arena_bytes(), parts->arena_lower_bound());
  EXPECT_EQ(parts->arena_bytes(),
            2 * BuildPlan(graph, {.batch = 16, .images_at_once = 1})->arena_bytes());
}

INSTANTIATE_TEST_SUITE_P(BatchParts, Nets, testing::Values(FloatNet, IntegerNet),
                         [](const auto& info) { return info.index == 0 ? "Float" : "Integer"; });

TEST(BatchParts, PartsMustDivideTheBatch) {
  const Graph graph = FloatNet();
  EXPECT_EQ(BuildPlan(graph, {.batch = 6, .images_at_once = 4})->parts(), 1);
  EXPECT_EQ(BuildPlan(graph, {.batch = 6, .images_at_once = 6})->parts(), 1);
  EXPECT_EQ(BuildPlan(graph, {.batch = 1, .images_at_once = 1})->parts(), 1);
}

TEST(BatchParts, KeptValuesAreOfOneRun) {
  EXPECT_EQ(BuildPlan(FloatNet(), {.batch = 6, .images_at_once = 2, .keep = {"r"}})->parts(), 1);
}

// By default: two threads take a batch apart that comes out even, one thread where the batch does
// not stay in its cache, and nobody where the weights are all there is to read.
TEST(BatchParts, AreTakenWhereTheyPay) {
  const Graph net = FloatNet();
  EXPECT_EQ(BuildPlan(net, {.batch = 16, .threads = 1})->parts(), 1);
  EXPECT_GE(BuildPlan(net, {.batch = 16, .threads = 2})->parts(), 2);
  EXPECT_EQ(BuildPlan(net, {.batch = 3, .threads = 2})->parts(), 1);
  EXPECT_EQ(BuildPlan(net, {.batch = 16, .threads = 3})->parts(), 1);  // 16 images in 6 turns.

  GraphBuilder large;
  large.Input("x", DType::kF32, {-1, 8, 128, 128}).Init("w", {8, 8, 3, 3}, RandomFloats(576, 1));
  large.Op("Conv", {"x", "w"}, "y", kPadded).Output("y");
  EXPECT_GE(BuildPlan(large.graph, {.batch = 4, .threads = 1})->parts(), 2);

  GraphBuilder matrix;
  matrix.Input("x", DType::kF32, {-1, 512}).Init("w", {512, 512}, RandomFloats(512 * 512, 1));
  matrix.Op("MatMul", {"x", "w"}, "y").Output("y");
  EXPECT_EQ(BuildPlan(matrix.graph, {.batch = 16, .threads = 2})->parts(), 1);
}

// Variants are picked for the whole batch: where a single image had another, floats would be
// rounded otherwise.
TEST(BatchParts, VariantsAreThoseOfTheWholeBatch) {
  for (const int64_t channels : {4, 8, 16, 24, 32, 48, 64}) {
    for (const int64_t size : {6, 14, 32}) {
      GraphBuilder b;
      b.Input("x", DType::kF32, {-1, channels, size, size});
      b.Init("w", {channels, channels, 3, 3}, RandomFloats(channels * channels * 9, 1, 0.1f));
      b.Init("f", {channels, 10}, RandomFloats(channels * 10, 2));
      b.Op("Conv", {"x", "w"}, "c", kPadded).Op("Relu", {"c"}, "r");
      b.Op("GlobalAveragePool", {"r"}, "g").Op("Flatten", {"g"}, "t");
      b.Op("MatMul", {"t", "f"}, "y").Output("y").Output("r");
      const auto whole = BuildPlan(b.graph, {.batch = 16, .images_at_once = kAllAtOnce});
      const auto parts = BuildPlan(b.graph, {.batch = 16, .images_at_once = 1});
      ASSERT_TRUE(whole != nullptr && parts != nullptr);
      EXPECT_EQ(parts->parts(), 16);
      SCOPED_TRACE(testing::Message() << channels << " channels of " << size << " x " << size);
      for (size_t i = 0; i < whole->steps().size(); ++i) {
        EXPECT_EQ(parts->steps()[i].variant, whole->steps()[i].variant);
      }
      const std::vector<Tensor> inputs = InputsOf(*whole);
      ExpectSameBits(RunPlan(parts, inputs), RunPlan(whole, inputs));
    }
  }
}

// The part with the bad value says so, and the next run is a good one.
TEST(BatchParts, FailuresNameTheNode) {
  GraphBuilder b;
  b.Input("a", DType::kI64, {-1, 3}).Input("b", DType::kI64, {-1, 3});
  b.Op("Div", {"a", "b"}, "y").Output("y", DType::kI64);
  const auto plan = BuildPlan(b.graph, {.batch = 4, .threads = 2, .images_at_once = 1});
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->parts(), 4);
  std::vector<Tensor> inputs = InputsOf(*plan);
  Tensor y(DType::kI64, {4, 3});
  Session session(plan);
  const auto run = [&] {
    return session.Run(std::vector{inputs[0].view(), inputs[1].view()}, std::vector{y.view()});
  };
  inputs[1].as<int64_t>()[7] = 0;
  EXPECT_THAT(run().message(), HasSubstr("node 'y_Div': division of an integer by zero"));
  inputs[1].as<int64_t>()[7] = 2;
  EXPECT_TRUE(run().ok());
  EXPECT_EQ(y.as<int64_t>()[7], inputs[0].as<int64_t>()[7] / 2);
}

TEST(BatchPartsDeathTest, NobodyWatchesStepsOfSeveralParts) {
  const auto plan = BuildPlan(FloatNet(), {.batch = 4, .images_at_once = 2});
  Session session(plan);
  EXPECT_DEATH((void)session.Run({}, {}, [](size_t) {}), "check failed");
}

// One operator from x, [4, 6, 5, 3], to y.
struct OneOperator {
  const char* name;
  void (*add)(GraphBuilder& b);
};

void PrintTo(const OneOperator& one, std::ostream* os) { *os << one.name; }

std::shared_ptr<const Plan> PlanOf(const OneOperator& one, int64_t images) {
  GraphBuilder b;
  b.Input("x", DType::kF32, {-1, 6, 5, 3});
  one.add(b);
  b.Output("y");
  return BuildPlan(b.graph, {.batch = 4, .threads = 2, .images_at_once = images});
}

class Mixing : public testing::TestWithParam<OneOperator> {};

TEST_P(Mixing, StaysWhole) {
  const auto plan = PlanOf(GetParam(), 1);
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->parts(), 1);
}

class Alone : public testing::TestWithParam<OneOperator> {};

TEST_P(Alone, ComesApart) {
  const auto whole = PlanOf(GetParam(), kAllAtOnce), parts = PlanOf(GetParam(), 2);
  ASSERT_TRUE(whole != nullptr && parts != nullptr);
  EXPECT_EQ(parts->parts(), 2);
  const std::vector<Tensor> inputs = InputsOf(*whole);
  ExpectSameBits(RunPlan(parts, inputs, 2), RunPlan(whole, inputs, 2));
}

const std::map<std::string, Attribute> kFirstAxis = {{"axis", int64_t{0}}};

void Quantized(GraphBuilder& b, int64_t axis, int64_t extent) {
  b.Init("s", {extent}, std::vector<float>(static_cast<size_t>(extent), 0.25f));
  b.Init("z", {extent}, std::vector<uint8_t>(static_cast<size_t>(extent), 3));
  b.Op("QuantizeLinear", {"x", "s", "z"}, "q", {{"axis", axis}});
  b.Op("DequantizeLinear", {"q", "s", "z"}, "y", {{"axis", axis}});
}

void Padded(GraphBuilder& b, Ints pads) {
  b.Init<int64_t>("p", {8}, std::move(pads)).Op("Pad", {"x", "p"}, "y");
}

void Sliced(GraphBuilder& b, int64_t axis, int64_t start, int64_t end, int64_t step) {
  b.Init<int64_t>("a", {1}, {axis}).Init<int64_t>("from", {1}, {start});
  b.Init<int64_t>("to", {1}, {end}).Init<int64_t>("by", {1}, {step});
  b.Op("Slice", {"x", "from", "to", "a", "by"}, "y");
}

void Reshaped(GraphBuilder& b, Ints dims) {
  const auto rank = static_cast<int64_t>(dims.size());
  b.Init<int64_t>("to", {rank}, std::move(dims)).Op("Reshape", {"x", "to"}, "y");
}

void Rows(GraphBuilder& b) {
  b.Init<int64_t>("rows", {2}, {0, -1}).Op("Reshape", {"x", "rows"}, "r");
}

const OneOperator kMixing[] = {
    {"ReshapeWithTheBatch",
     [](GraphBuilder& b) {
       Reshaped(b, {4, 90});
     }},
    {"ReshapeThroughTheBatch",
     [](GraphBuilder& b) {
       Reshaped(b, {-1, 45});
     }},
    {"ReshapeToAll", [](GraphBuilder& b) { Reshaped(b, {-1}); }},
    {"Transpose",
     [](GraphBuilder& b) {
       b.Op("Transpose", {"x"}, "y", {{"perm", Ints{1, 0, 2, 3}}});
     }},
    {"FlattenAll", [](GraphBuilder& b) { b.Op("Flatten", {"x"}, "y", kFirstAxis); }},
    {"Softmax", [](GraphBuilder& b) { b.Op("Softmax", {"x"}, "y", kFirstAxis); }},
    {"SoftmaxFromTheEnd",
     [](GraphBuilder& b) {
       b.Op("Softmax", {"x"}, "y", {{"axis", int64_t{-4}}});
     }},
    {"ReduceMean",
     [](GraphBuilder& b) {
       b.Op("ReduceMean", {"x"}, "y", {{"axes", Ints{0, 1}}});
     }},
    {"ReduceAll", [](GraphBuilder& b) { b.Op("ReduceMax", {"x"}, "y"); }},
    {"DifferenceFromTheMean",
     [](GraphBuilder& b) {
       b.Op("ReduceMean", {"x"}, "m", {{"axes", Ints{0}}}).Op("Sub", {"x", "m"}, "y");
     }},
    {"ConstantByImage",
     [](GraphBuilder& b) {
       b.Init("k", {4, 1, 1, 1}, RandomFloats(4, 1)).Op("Mul", {"x", "k"}, "y");
     }},
    {"RowsAgainstImages",  // [4, 6, 4, 3] + [4, 3]: the batch meets another axis.
     [](GraphBuilder& b) {
       b.Init<int64_t>("f", {1}, {0}).Init<int64_t>("t", {1}, {4}).Init<int64_t>("a", {1}, {2});
       b.Op("Slice", {"x", "f", "t", "a"}, "s");
       b.Op("ReduceMean", {"x"}, "m", {{"axes", Ints{1, 2}}, {"keepdims", int64_t{0}}});
       b.Op("Add", {"s", "m"}, "y");
     }},
    {"ConcatOfImages",
     [](GraphBuilder& b) {
       b.Op("Concat", {"x", "x"}, "y", kFirstAxis);
     }},
    {"SliceBackwards", [](GraphBuilder& b) { Sliced(b, 0, -1, -100, -1); }},
    {"SliceOfSome", [](GraphBuilder& b) { Sliced(b, 0, 1, 3, 1); }},
    {"PadShifts",
     [](GraphBuilder& b) {
       Padded(b, {1, 0, 0, 0, -1, 0, 0, 0});
     }},
    {"Gather",
     [](GraphBuilder& b) {
       b.Init<int64_t>("i", {4}, {3, 2, 1, 0}).Op("Gather", {"x", "i"}, "y", kFirstAxis);
     }},
    {"QuantizedByImage", [](GraphBuilder& b) { Quantized(b, 0, 4); }},
    {"GemmOfColumns",
     [](GraphBuilder& b) {
       Rows(b);
       b.Init("f", {4, 4}, RandomFloats(16, 1));
       b.Op("Gemm", {"r", "f"}, "y", {{"transA", int64_t{1}}});
     }},
    {"GemmWithRowsOfItsOwn",
     [](GraphBuilder& b) {
       Rows(b);
       b.Init("f", {90, 2}, RandomFloats(180, 1)).Init("c", {4, 2}, RandomFloats(8, 2));
       b.Op("Gemm", {"r", "f", "c"}, "y");
     }},
    {"GramMatrix",
     [](GraphBuilder& b) {
       Rows(b);
       b.Op("Transpose", {"r"}, "t").Op("MatMul", {"r", "t"}, "y");
     }},
    {"CumSum",
     [](GraphBuilder& b) {
       b.Init<int64_t>("a", {}, {0}).Op("CumSum", {"x", "a"}, "y");
     }},
    {"ConstantOutput",
     [](GraphBuilder& b) {
       b.Init("k", {4, 2}, RandomFloats(8, 1)).Op("Relu", {"x"}, "y").Output("k");
     }},
    {"PoolIndices",
     [](GraphBuilder& b) {
       b.Op("MaxPool", {"x"}, "m", kPooled).Output("i", DType::kI64);
       b.graph.nodes.back().outputs.push_back("i");
       b.Op("Relu", {"m"}, "y");
     }},
};

INSTANTIATE_TEST_SUITE_P(BatchParts, Mixing, testing::ValuesIn(kMixing),
                         [](const auto& info) { return std::string(info.param.name); });

const OneOperator kAlone[] = {
    {"Reshape",
     [](GraphBuilder& b) {
       Reshaped(b, {-1, 3, 30});
     }},
    {"ReshapeKeepsAxis",
     [](GraphBuilder& b) {
       Reshaped(b, {0, -1});
     }},
    {"Transpose",
     [](GraphBuilder& b) {
       b.Op("Transpose", {"x"}, "y", {{"perm", Ints{0, 2, 3, 1}}});
     }},
    {"LogSoftmax",
     [](GraphBuilder& b) {
       b.Op("LogSoftmax", {"x"}, "y", {{"axis", int64_t{1}}});
     }},
    {"ReduceMean",
     [](GraphBuilder& b) {
       b.Op("ReduceMean", {"x"}, "y", {{"axes", Ints{-1, 2}}, {"keepdims", int64_t{0}}});
     }},
    {"ScaleByItself",  // As squeeze-and-excitation has it.
     [](GraphBuilder& b) {
       b.Op("GlobalAveragePool", {"x"}, "g").Op("Sigmoid", {"g"}, "s").Op("Mul", {"x", "s"}, "y");
     }},
    {"ConstantForAll",
     [](GraphBuilder& b) {
       b.Init("k", {6, 1, 1}, RandomFloats(6, 1)).Init("l", {1, 6, 5, 3}, RandomFloats(90, 2));
       b.Op("Mul", {"x", "k"}, "m").Op("Sub", {"m", "l"}, "y");
     }},
    {"Slice", [](GraphBuilder& b) { Sliced(b, 1, 4, -7, -2); }},
    {"SliceOfAll", [](GraphBuilder& b) { Sliced(b, 0, 0, 4, 1); }},
    {"Pad",
     [](GraphBuilder& b) {
       Padded(b, {0, 1, 2, 0, 0, -1, 1, 1});
     }},
    {"PadEdge",
     [](GraphBuilder& b) {
       Padded(b, {0, 0, 2, 1, 0, 0, 1, 1});
       b.graph.nodes.back().attributes["mode"] = std::string("edge");
     }},
    {"Gather",
     [](GraphBuilder& b) {
       b.Init<int64_t>("i", {2}, {3, 1}).Op("Gather", {"x", "i"}, "y", {{"axis", int64_t{1}}});
     }},
    {"Quantized", [](GraphBuilder& b) { Quantized(b, 1, 6); }},
    {"ConvOfLines",
     [](GraphBuilder& b) {
       b.Init<int64_t>("to", {3}, {0, 6, -1}).Op("Reshape", {"x", "to"}, "r");
       b.Init("w", {4, 6, 3}, RandomFloats(72, 1)).Op("Conv", {"r", "w"}, "y");
     }},
    {"ConvTranspose",
     [](GraphBuilder& b) {
       b.Init("w", {6, 4, 2, 2}, RandomFloats(96, 1));
       b.Op("ConvTranspose", {"x", "w"}, "y", {{"strides", Ints{2, 2}}});
     }},
    {"Norms",
     [](GraphBuilder& b) {
       b.Init("s", {6}, RandomFloats(6, 1)).Init("o", {6}, RandomFloats(6, 2));
       b.Op("InstanceNormalization", {"x", "s", "o"}, "n")
           .Op("LRN", {"n"}, "l", {{"size", int64_t{3}}});
       b.Init("t", {3}, RandomFloats(3, 3)).Op("LayerNormalization", {"l", "t"}, "y");
     }},
    {"Attention",  // [n, 6, 15] by [n, 15, 6].
     [](GraphBuilder& b) {
       b.Init<int64_t>("to", {3}, {0, 6, -1}).Op("Reshape", {"x", "to"}, "r");
       b.Op("Transpose", {"r"}, "t", {{"perm", Ints{0, 2, 1}}}).Op("MatMul", {"r", "t"}, "y");
     }},
    {"GemmWithBias",
     [](GraphBuilder& b) {
       Rows(b);
       b.Init("f", {90, 2}, RandomFloats(180, 1)).Init("c", {1, 2}, RandomFloats(2, 2));
       b.Op("Gemm", {"r", "f", "c"}, "y");
     }},
    {"ArgMax",
     [](GraphBuilder& b) {
       b.Op("ArgMax", {"x"}, "i", {{"axis", int64_t{1}}})
           .Op("Cast", {"i"}, "y", {{"to", int64_t{1}}});
     }},
    {"SplitAndWhere",
     [](GraphBuilder& b) {
       b.Init<int64_t>("e", {2}, {3, 3}).Op("Split", {"x", "e"}, "s", {{"axis", int64_t{1}}});
       b.graph.nodes.back().outputs.push_back("t");
       b.Op("Less", {"s", "t"}, "l").Op("Where", {"l", "s", "t"}, "w").Op("Max", {"w", "t"}, "y");
     }},
};

INSTANTIATE_TEST_SUITE_P(BatchParts, Alone, testing::ValuesIn(kAlone),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace assay::engine
