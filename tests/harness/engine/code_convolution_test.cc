// ConvInteger and QLinearConv of every combination of types, over one to four axes, with weights
// and bias that are constants or data, zero points at the ends, against the definition in integers.
// The fused plan, the plain one, and every tier give the same bits.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "kernels/base/quant.h"
#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using Ints = std::vector<int64_t>;

struct Geometry {
  const char* name;
  Ints x, w;  // [n, c, ...], [oc, c / groups, ...]
  int64_t groups = 1;
  Ints strides, dilations, pads;  // Pads: begins, then ends.
};

void PrintTo(const Geometry& g, std::ostream* os) { *os << g.name; }

Tensor Codes(DType dtype, const Shape& shape, unsigned seed) {
  return dtype == DType::kU8
             ? Tensor::Of<uint8_t>(shape, RandomIntegers<uint8_t>(shape.elements(), 0, 255, seed))
             : Tensor::Of<int8_t>(shape, RandomIntegers<int8_t>(shape.elements(), -128, 127, seed));
}

Tensor ZeroPoints(DType dtype, const std::vector<int>& values, const Shape& shape) {
  Tensor tensor(dtype, shape);
  for (size_t i = 0; i < values.size(); ++i) {
    dtype == DType::kU8 ? void(tensor.as<uint8_t>()[i] = static_cast<uint8_t>(values[i]))
                        : void(tensor.as<int8_t>()[i] = static_cast<int8_t>(values[i]));
  }
  return tensor;
}

int64_t CodeAt(const Tensor& codes, int64_t i) {
  return codes.dtype() == DType::kU8 ? int64_t{codes.as<uint8_t>()[static_cast<size_t>(i)]}
                                     : int64_t{codes.as<int8_t>()[static_cast<size_t>(i)]};
}

// The sums by the definition, and their shape.
std::pair<Ints, std::vector<int64_t>> Sums(const Geometry& g, const Tensor& x, int x_zero,
                                           const Tensor& w, const std::vector<int>& w_zeros) {
  const size_t axes = g.strides.size();
  Ints outputs;
  int64_t pixels = 1, taps = 1, places = 1;
  for (size_t i = 0; i < axes; ++i) {
    const int64_t padded = g.x[2 + i] + g.pads[i] + g.pads[axes + i];
    outputs.push_back((padded - g.dilations[i] * (g.w[2 + i] - 1) - 1) / g.strides[i] + 1);
    pixels *= g.x[2 + i], taps *= g.w[2 + i], places *= outputs.back();
  }
  const int64_t depth = g.w[1], per_group = g.w[0] / g.groups;
  std::vector<int64_t> sums;
  for (int64_t image = 0; image < g.x[0]; ++image) {
    for (int64_t oc = 0; oc < g.w[0]; ++oc) {
      const int w_zero = w_zeros[w_zeros.size() == 1 ? 0 : static_cast<size_t>(oc)];
      for (int64_t place = 0; place < places; ++place) {
        int64_t sum = 0;
        for (int64_t tap = 0; tap < taps; ++tap) {
          int64_t pixel = 0, scale = 1, t = tap, p = place;
          bool inside = true;
          for (size_t i = axes; i-- > 0;) {
            const int64_t at =
                p % outputs[i] * g.strides[i] + t % g.w[2 + i] * g.dilations[i] - g.pads[i];
            inside &= at >= 0 && at < g.x[2 + i];
            pixel += at * scale;
            scale *= g.x[2 + i];
            t /= g.w[2 + i], p /= outputs[i];
          }
          for (int64_t c = 0; c < depth && inside; ++c) {
            const int64_t channel = image * g.x[1] + oc / per_group * depth + c;
            sum += (CodeAt(x, channel * pixels + pixel) - x_zero) *
                   (CodeAt(w, (oc * depth + c) * taps + tap) - w_zero);
          }
        }
        sums.push_back(sum);
      }
    }
  }
  Ints shape = {g.x[0], g.w[0]};
  shape.insert(shape.end(), outputs.begin(), outputs.end());
  return {shape, sums};
}

bool HasVariant(const Plan& plan) {
  for (const StepInfo& step : plan.steps()) {
    if (!step.variant.empty()) return true;
  }
  return false;
}

std::map<std::string, Attribute> AttributesOf(const Geometry& g) {
  return {
      {"group", g.groups}, {"strides", g.strides}, {"dilations", g.dilations}, {"pads", g.pads}};
}

class CodeConvolution : public testing::TestWithParam<Geometry> {
 protected:
  // One case: types by the bits of `kind`, which of the operands are data, where zero points are.
  void Check(int kind) {
    SCOPED_TRACE("kind " + std::to_string(kind));
    const Geometry& g = GetParam();
    const auto type = [&](int bit) { return (kind >> bit & 1) != 0 ? DType::kI8 : DType::kU8; };
    const DType x_type = type(0), w_type = type(1), y_type = type(2);
    const bool constant = (kind >> 3 & 1) != 0, per_channel = (kind >> 4 & 1) != 0,
               data_bias = (kind >> 5 & 1) != 0;
    std::mt19937 random(static_cast<unsigned>(kind));
    const auto zero = [&](DType t) {
      const int lo = t == DType::kU8 ? 0 : -128;
      const int choices[] = {lo, lo + 255, lo + 128, lo + static_cast<int>(random() % 256)};
      return choices[random() % 4];
    };
    const Tensor x = Codes(x_type, Shape(g.x), 1), w = Codes(w_type, Shape(g.w), 2);
    const int x_zero = zero(x_type), y_zero = zero(y_type);
    std::vector<int> w_zeros(per_channel ? static_cast<size_t>(g.w[0]) : 1);
    for (int& value : w_zeros) value = zero(w_type);
    const Shape w_shape = per_channel ? Shape{g.w[0]} : Shape{};
    const auto [y_dims, sums] = Sums(g, x, x_zero, w, w_zeros);

    GraphBuilder integer, linear;
    for (GraphBuilder* b : {&integer, &linear}) {
      b->Input("x", x_type, g.x);
      constant ? void(b->graph.initializers.emplace("w", w)) : void(b->Input("w", w_type, g.w));
      b->graph.initializers.emplace("xz", ZeroPoints(x_type, {x_zero}, {}));
      b->graph.initializers.emplace("wz", ZeroPoints(w_type, w_zeros, w_shape));
    }
    integer.Op("ConvInteger", {"x", "w", "xz", "wz"}, "y", AttributesOf(g))
        .Output("y", DType::kI32);
    const auto bias = RandomIntegers<int32_t>(g.w[0], -9999, 9999, 3);
    data_bias ? void(linear.Input("b", DType::kI32, {g.w[0]}))
              : void(linear.Init("b", {g.w[0]}, bias));
    std::vector<float> w_scales;
    for (size_t i = 0; i < w_zeros.size(); ++i)
      w_scales.push_back(0.1f + 0.01f * static_cast<float>(i));
    const float y_scale = 60.0f * std::sqrt(static_cast<float>(Shape(g.w).elements() / g.w[0]));
    linear.Init<float>("xs", {}, {0.5f}).Init<float>("ys", {}, {y_scale});
    linear.graph.initializers.emplace("ws", Tensor::Of<float>(w_shape, w_scales));
    linear.graph.initializers.emplace("yz", ZeroPoints(y_type, {y_zero}, {}));
    linear
        .Op("QLinearConv", {"x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"}, "y",
            AttributesOf(g))
        .Output("y", y_type);

    std::vector<Tensor> inputs = {x};
    if (!constant) inputs.push_back(w);
    for (const bool fuse : {true, false}) {
      PlanOptions options{.threads = 2};
      options.fuse = fuse;
      const auto plan = BuildPlan(integer.graph, options);
      ASSERT_TRUE(plan != nullptr);
      EXPECT_EQ(HasVariant(*plan), g.strides.size() <= 3);
      const Tensor y = RunPlan(plan, inputs, 2)[0];
      ASSERT_EQ(y.shape(), Shape(y_dims));
      for (size_t i = 0; i < sums.size(); ++i) ASSERT_EQ(y.as<int32_t>()[i], sums[i]) << i;
    }
    if (data_bias) inputs.push_back(Tensor::Of<int32_t>({g.w[0]}, bias));
    for (const bool fuse : {true, false}) {
      PlanOptions options{.threads = 2};
      options.fuse = fuse;
      const auto plan = BuildPlan(linear.graph, options);
      ASSERT_TRUE(plan != nullptr);
      EXPECT_EQ(HasVariant(*plan), g.strides.size() <= 3);
      EXPECT_EQ(plan->int8_macs(), plan->macs());
      const Tensor y = RunPlan(plan, inputs, 2)[0];
      ASSERT_EQ(y.shape(), Shape(y_dims));
      const auto places = static_cast<int64_t>(sums.size()) / (g.x[0] * g.w[0]);
      const int lo = y_type == DType::kU8 ? 0 : -128;
      for (int64_t i = 0; i < y.elements(); ++i) {
        const auto oc = static_cast<size_t>(i / places % g.w[0]);
        const auto sum = static_cast<float>(sums[static_cast<size_t>(i)] + bias[oc]);
        const float scale = 0.5f * w_scales[per_channel ? oc : 0] / y_scale;
        ASSERT_EQ(CodeAt(y, i), RoundClamp(sum * scale, y_zero, lo, lo + 255)) << i;
      }
    }
  }
};

TEST_P(CodeConvolution, IsTheDefinition) {
  for (int kind = 0; kind < 64 && !HasFailure(); ++kind) Check(kind);
}

const Geometry kGeometries[] = {
    {"Lines", {2, 4, 37}, {6, 4, 5}, 1, {2}, {2}, {3, 1}},
    {"Images", {2, 5, 9, 7}, {6, 5, 3, 3}, 1, {1, 1}, {1, 1}, {1, 1, 1, 1}},
    {"Strided", {1, 3, 15, 33}, {8, 3, 3, 5}, 1, {2, 3}, {1, 2}, {2, 0, 1, 4}},
    {"Pointwise", {2, 7, 6, 11}, {9, 7, 1, 1}, 1, {1, 1}, {1, 1}, {0, 0, 0, 0}},
    {"PointwiseStrided", {1, 7, 6, 11}, {9, 7, 1, 1}, 1, {2, 2}, {1, 1}, {0, 0, 0, 0}},
    {"Groups", {2, 6, 8, 8}, {9, 2, 3, 2}, 3, {1, 1}, {1, 2}, {1, 0, 1, 2}},
    {"Depthwise", {1, 19, 10, 9}, {19, 1, 3, 3}, 19, {2, 1}, {1, 1}, {1, 1, 1, 1}},
    {"OneOutput", {1, 33, 7, 7}, {4, 33, 7, 7}, 1, {1, 1}, {1, 1}, {0, 0, 0, 0}},
    {"PaddingAlone", {1, 2, 2, 2}, {3, 2, 2, 2}, 1, {3, 3}, {1, 1}, {4, 4, 5, 5}},
    {"Volumes", {1, 3, 5, 6, 7}, {5, 3, 3, 2, 3}, 1, {2, 1, 1}, {1, 2, 1}, {1, 0, 1, 0, 2, 1}},
    {"VolumesInGroups",
     {2, 4, 3, 4, 5},
     {4, 1, 2, 3, 3},
     4,
     {1, 1, 2},
     {1, 1, 1},
     {0, 1, 1, 1, 1, 1}},
    {"FourAxes",
     {1, 2, 3, 3, 4, 3},
     {2, 2, 2, 2, 2, 1},
     1,
     {1, 1, 1, 1},
     {1, 1, 1, 1},
     {1, 0, 0, 0, 0, 0, 1, 0}},
};

INSTANTIATE_TEST_SUITE_P(Geometries, CodeConvolution, testing::ValuesIn(kGeometries),
                         [](const auto& info) { return std::string(info.param.name); });

// Signed codes stay u8 from one product to the next.
TEST(CodeConvolutions, ChainsOfSignedCodesChangeSignAtTheirEndsAlone) {
  GraphBuilder b;
  b.Input("x", DType::kI8, {1, 4, 6, 6});
  b.Init<float>("s", {}, {0.5f}).Init<int8_t>("z", {}, {-3}).Init<float>("t", {}, {40.0f});
  b.Init<uint8_t>("wz", {}, {128});
  for (const auto& [from, to] : {std::pair("x", "u"), {"u", "v"}, {"v", "y"}}) {
    const std::string w = std::string("w_") + to;
    b.graph.initializers.emplace(w, Codes(DType::kU8, {4, 4, 3, 3}, static_cast<unsigned>(to[0])));
    b.Op("QLinearConv", {from, "s", "z", w, "s", "wz", "t", "z"}, to, {{"pads", Ints{1, 1, 1, 1}}});
  }
  b.Output("y", DType::kI8);
  const auto plan = BuildPlan(b.graph);
  EXPECT_THAT(StepOps(*plan), testing::ElementsAre("Lookup", "Layout", "QConv", "QConv", "QConv",
                                                   "Lookup", "Output"));
  PlanOptions plain;
  plain.fuse = false;
  const Tensor x = Codes(DType::kI8, {1, 4, 6, 6}, 7);
  EXPECT_EQ(Values<int8_t>(RunPlan(plan, {x}).at(0)),
            Values<int8_t>(RunGraph(b.graph, {x}, plain).at(0)));
}

}  // namespace
}  // namespace assay::engine
