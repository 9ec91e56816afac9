// Results that take over the memory of an operand: the same bits as beside it.
#include <gmock/gmock.h>

#include "tests/harness/engine/qdq_builder.h"
#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using Ints = std::vector<int64_t>;

// The convolution that takes the residual.
struct Host {
  int64_t channels, height, width, kernel;
  bool depthwise;

  Shape weights() const { return {channels, depthwise ? 1 : channels, kernel, kernel}; }
  std::map<std::string, Attribute> attributes() const {
    return {{"pads", Ints(4, kernel / 2)}, {"group", depthwise ? channels : int64_t{1}}};
  }
};

void PrintTo(const Host& host, std::ostream* os) {
  *os << host.channels << "x" << host.height << "x" << host.width << " kernel " << host.kernel
      << (host.depthwise ? " depthwise" : "");
}

// r = conv(x), s = host(conv(r)) + r, y = conv(s). Where r outlives that, since z is made of it, s
// needs memory of its own.
Graph FloatBlock(const Host& host, bool outlives) {
  const int64_t c = host.channels;
  GraphBuilder b;
  b.Input("x", DType::kF32, {2, c, host.height, host.width});
  b.Init("v", {c, c, 1, 1}, RandomFloats(c * c, 1)).Op("Conv", {"x", "v"}, "r");
  b.Init("w", host.weights(), RandomFloats(host.weights().elements(), 2));
  b.Op("Conv", {"r", "v"}, "m").Op("Conv", {"m", "w"}, "t", host.attributes());
  b.Op("Add", {"t", "r"}, "s").Op("Conv", {"s", "v"}, "y").Output("y");
  if (outlives) b.Op("Conv", {"r", "v"}, "z").Output("z");
  return b.graph;
}

Graph IntegerBlock(const Host& host, bool outlives) {
  const int64_t c = host.channels;
  QdqBuilder b;
  b.Input("x", DType::kF32, {2, c, host.height, host.width}).Quantize("x", 0.0625f, 120);
  b.Weights("v", {c, c, 1, 1}, 0.0078125f).Weights("w", host.weights(), 0.0078125f);
  b.Op("Conv", {"x_dq", "v_dq"}, "r").Quantize("r", 0.25f, 128);
  b.Op("Conv", {"r_dq", "v_dq"}, "m").Quantize("m", 0.25f, 128);
  b.Op("Conv", {"m_dq", "w_dq"}, "t", host.attributes()).Quantize("t", 0.25f, 128);
  b.Op("Add", {"t_dq", "r_dq"}, "s").Quantize("s", 0.5f, 100);
  b.Op("Conv", {"s_dq", "v_dq"}, "y").Quantize("y", 0.5f, 128).Output("y_dq");
  if (outlives) b.Op("Conv", {"r_dq", "v_dq"}, "z").Quantize("z", 0.5f, 128).Output("z_dq");
  return b.graph;
}

class Residual : public testing::TestWithParam<Host> {
 protected:
  static void ExpectSameBits(Graph (*block)(const Host&, bool)) {
    for (const Isa isa : kAllIsas) {
      const PlanOptions options = {.threads = 2, .usable = *IsaCap(Name(isa)) & DetectedIsas()};
      const auto over = BuildPlan(block(GetParam(), false), options);
      const auto beside = BuildPlan(block(GetParam(), true), options);
      ASSERT_TRUE(over != nullptr && beside != nullptr);
      EXPECT_LT(over->arena_bytes(), beside->arena_bytes());
      const Tensor x = RandomTensor(over->inputs()[0].shape, 3, 4);
      for (const int threads : {1, 2}) {
        EXPECT_EQ(Values<float>(RunPlan(over, {x}, threads)[0]),
                  Values<float>(RunPlan(beside, {x}, threads)[0]))
            << Name(isa) << ", " << threads << " threads";
      }
    }
  }
};

TEST_P(Residual, OfFloatsIsOverwritten) { ExpectSameBits(FloatBlock); }
TEST_P(Residual, OfCodesIsOverwritten) { ExpectSameBits(IntegerBlock); }

INSTANTIATE_TEST_SUITE_P(Hosts, Residual,
                         testing::Values(Host{8, 7, 5, 1, false}, Host{13, 9, 11, 3, false},
                                         Host{64, 14, 14, 3, false}, Host{70, 6, 6, 3, false},
                                         Host{48, 13, 9, 3, true}, Host{13, 8, 19, 5, true}));

// The operand that is read again is left alone; the other one is overwritten.
TEST(InPlace, EitherOperandOfASum) {
  for (const bool first : {true, false}) {
    GraphBuilder builder;
    builder.Input("x", DType::kF32, {32, 32}).Op("Exp", {"x"}, "a").Op("Tanh", {"a"}, "b");
    builder.Op("Add",
               first ? std::vector<std::string>{"b", "a"} : std::vector<std::string>{"a", "b"},
               "s");
    builder.Op("Mul", {"s", "a"}, "m").Op("Sqrt", {"m"}, "y").Output("y");
    EXPECT_EQ(BuildPlan(builder.graph)->arena_bytes(), size_t{2 * 32 * 32 * 4}) << first;
    const Tensor x = RandomTensor({32, 32}, 1);
    const Tensor y = RunGraph(builder.graph, {x}).at(0);
    for (size_t i = 0; i < 32 * 32; ++i) {
      const float a = std::exp(x.as<float>()[i]), b = std::tanh(a);
      ASSERT_NEAR(y.as<float>()[i], std::sqrt((a + b) * a), 1e-4f * a) << i;
    }
  }
}

}  // namespace
}  // namespace assay::engine
