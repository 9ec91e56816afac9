// ConvInteger, MatMulInteger and QLinearMatMul with constant weights and with such as data, by
// kernels that differ. All are exact, so they agree to the bit, and with sums here.
#include "harness/engine/code_product.h"

#include <gmock/gmock.h>

#include <cmath>

#include "kernels/base/quant.h"
#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using Ints = std::vector<int64_t>;

Tensor Codes(DType dtype, const Shape& shape, unsigned seed, int low, int high) {
  return dtype == DType::kU8
             ? Tensor::Of<uint8_t>(shape,
                                   RandomIntegers<uint8_t>(shape.elements(), low, high, seed))
             : Tensor::Of<int8_t>(shape, RandomIntegers<int8_t>(shape.elements(), low, high, seed));
}

Tensor ZeroPoint(DType dtype, int value) {
  return dtype == DType::kU8 ? Tensor::Scalar(static_cast<uint8_t>(value))
                             : Tensor::Scalar(static_cast<int8_t>(value));
}

struct Case {
  const char* name;
  std::string op;
  DType a_type, b_type;
  Shape a, b;
  int a_zero, b_zero;
  int b_low, b_high;  // Of the codes of b.
  std::map<std::string, Attribute> attributes = {};
};

void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class CodeProduct : public testing::TestWithParam<Case> {
 protected:
  // With b as a constant, or given to the run.
  std::shared_ptr<const Plan> Build(bool constant) const {
    const Case& c = GetParam();
    GraphBuilder b;
    b.Input("a", c.a_type, c.a.dims());
    constant ? void(b.graph.initializers.emplace("b", B()))
             : void(b.Input("b", c.b_type, c.b.dims()));
    b.graph.initializers.emplace("az", ZeroPoint(c.a_type, c.a_zero));
    b.graph.initializers.emplace("bz", ZeroPoint(c.b_type, c.b_zero));
    b.Op(c.op, {"a", "b", "az", "bz"}, "y", c.attributes).Output("y", DType::kI32);
    return BuildPlan(b.graph, {.threads = 2});
  }
  Tensor B() const {
    const Case& c = GetParam();
    return Codes(c.b_type, c.b, 2, c.b_low, c.b_high);
  }
};

// Whether a kernel ran is told by its variant.
bool HasVariant(const Plan& plan) {
  for (const StepInfo& step : plan.steps()) {
    if (!step.variant.empty()) return true;
  }
  return false;
}

TEST_P(CodeProduct, ConstantsAndDataAgree) {
  const Case& c = GetParam();
  const auto constant = Build(true), given = Build(false);
  ASSERT_TRUE(constant != nullptr && given != nullptr);
  EXPECT_TRUE(HasVariant(*constant));
  EXPECT_TRUE(HasVariant(*given));
  const bool is_signed = c.a_type == DType::kI8;
  const Tensor a = Codes(c.a_type, c.a, 1, is_signed ? -128 : 0, is_signed ? 127 : 255);
  const Tensor y = RunPlan(constant, {a}, 2)[0], expected = RunPlan(given, {a, B()}, 2)[0];
  ASSERT_EQ(y.shape(), expected.shape());
  EXPECT_EQ(Values<int32_t>(y), Values<int32_t>(expected));
}

// numpy.matmul of codes less their zero points: a [2, 1, m, k], b [3, k, n].
struct Batched {
  int64_t m, k, n;
  DType a_type, b_type, y_type;
  int a_zero, b_zero, y_zero;
};

int64_t CodeAt(const Tensor& codes, int64_t i) {
  return codes.dtype() == DType::kU8 ? int64_t{codes.as<uint8_t>()[static_cast<size_t>(i)]}
                                     : int64_t{codes.as<int8_t>()[static_cast<size_t>(i)]};
}

TEST(QLinearMatMul, BatchesThatBroadcast) {
  constexpr DType kU8 = DType::kU8, kI8 = DType::kI8;
  for (const Batched& c : {Batched{5, 67, 33, kU8, kI8, kU8, 128, 0, 3},
                           {1, 4, 70, kI8, kI8, kI8, -128, 127, -5},
                           {17, 130, 1, kU8, kU8, kI8, 255, 255, 127},
                           {40, 3, 16, kI8, kU8, kU8, 0, 128, 255}}) {
    const auto codes = [](DType type, const Shape& shape, unsigned seed) {
      return type == DType::kU8 ? Codes(type, shape, seed, 0, 255)
                                : Codes(type, shape, seed, -128, 127);
    };
    const Tensor a = codes(c.a_type, {2, 1, c.m, c.k}, 1), b = codes(c.b_type, {3, c.k, c.n}, 2);
    const float a_scale = 0.25f, b_scale = 0.5f;
    const float y_scale = 16.0f * std::sqrt(static_cast<float>(c.k));
    GraphBuilder builder;
    builder.Input("a", c.a_type, a.shape().dims()).Input("b", c.b_type, b.shape().dims());
    for (const auto& [name, scale] : {std::pair("as", a_scale), {"bs", b_scale}, {"ys", y_scale}})
      builder.graph.initializers.emplace(name, Tensor::Scalar(scale));
    builder.graph.initializers.emplace("az", ZeroPoint(c.a_type, c.a_zero));
    builder.graph.initializers.emplace("bz", ZeroPoint(c.b_type, c.b_zero));
    builder.graph.initializers.emplace("yz", ZeroPoint(c.y_type, c.y_zero));
    builder.Op("QLinearMatMul", {"a", "as", "az", "b", "bs", "bz", "ys", "yz"}, "y")
        .Output("y", c.y_type);
    const auto plan = BuildPlan(builder.graph, {.threads = 2});
    ASSERT_TRUE(plan != nullptr);
    EXPECT_TRUE(HasVariant(*plan));
    const Tensor y = RunPlan(plan, {a, b}, 2)[0];
    ASSERT_EQ(y.shape(), (Shape{2, 3, c.m, c.n}));
    for (int64_t i = 0; i < y.elements(); ++i) {
      const int64_t row = i / c.n % c.m, left = i / (3 * c.m * c.n), right = i / (c.m * c.n) % 3;
      int64_t sum = 0;
      for (int64_t k = 0; k < c.k; ++k) {
        sum += (CodeAt(a, (left * c.m + row) * c.k + k) - c.a_zero) *
               (CodeAt(b, (right * c.k + k) * c.n + i % c.n) - c.b_zero);
      }
      const int lo = c.y_type == kU8 ? 0 : -128;
      ASSERT_EQ(CodeAt(y, i), RoundClamp(static_cast<float>(sum) * (a_scale * b_scale / y_scale),
                                         c.y_zero, lo, lo + 255))
          << i;
    }
  }
}

const Ints kOnes = {1, 1, 1, 1};
const Case kCases[] = {
    {"Conv",
     "ConvInteger",
     DType::kU8,
     DType::kI8,
     {2, 5, 9, 7},
     {6, 5, 3, 3},
     11,
     0,
     -128,
     127,
     {{"pads", kOnes}}},
    {"ConvOfSignedImages",
     "ConvInteger",
     DType::kI8,
     DType::kI8,
     {1, 5, 9, 7},
     {6, 5, 3, 3},
     -128,
     0,
     -128,
     127,
     {{"pads", kOnes}, {"strides", Ints{2, 1}}}},
    {"ConvOfUnsignedWeights",
     "ConvInteger",
     DType::kU8,
     DType::kU8,
     {1, 4, 6, 6},
     {8, 4, 1, 1},
     255,
     128,
     0,
     255},
    {"ConvInGroups",
     "ConvInteger",
     DType::kU8,
     DType::kI8,
     {1, 8, 6, 6},
     {8, 2, 3, 3},
     3,
     1,
     -127,
     127,
     {{"group", int64_t{4}}}},
    {"Depthwise",
     "ConvInteger",
     DType::kI8,
     DType::kI8,
     {2, 16, 6, 6},
     {16, 1, 3, 3},
     100,
     0,
     -128,
     127,
     {{"group", int64_t{16}}, {"pads", kOnes}}},
    {"ConvWithWiderWeights",
     "ConvInteger",
     DType::kU8,
     DType::kU8,
     {1, 4, 6, 6},
     {8, 4, 1, 1},
     1,
     0,
     0,
     255},
    {"ConvOfLines", "ConvInteger", DType::kU8, DType::kI8, {1, 4, 9}, {8, 4, 3}, 1, 0, -128, 127},
    {"MatMul", "MatMulInteger", DType::kU8, DType::kI8, {7, 33}, {33, 10}, 200, 0, -128, 127},
    {"MatMulOfSigned",
     "MatMulInteger",
     DType::kI8,
     DType::kU8,
     {2, 1, 3, 20},
     {20, 5},
     127,
     128,
     0,
     255},
    {"MatMulOfAVector", "MatMulInteger", DType::kU8, DType::kI8, {16}, {16, 3}, 0, 5, -120, 127},
    {"MatMulOfMatrices",
     "MatMulInteger",
     DType::kU8,
     DType::kI8,
     {2, 3, 4},
     {2, 4, 5},
     7,
     0,
     -128,
     127},
    {"MatMulByWiderCodes",
     "MatMulInteger",
     DType::kI8,
     DType::kU8,
     {3, 19},
     {19, 37},
     -128,
     1,
     0,
     255},
    {"MatMulOfVectors", "MatMulInteger", DType::kU8, DType::kU8, {21}, {21}, 3, 255, 0, 255},
};

INSTANTIATE_TEST_SUITE_P(Cases, CodeProduct, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace assay::engine
