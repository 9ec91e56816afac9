// ConvInteger and MatMulInteger: with constant weights by the kernels, otherwise as loops. Both are
// exact, so they agree to the bit.
#include "harness/engine/code_product.h"

#include <gmock/gmock.h>

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
  bool by_kernel;
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

TEST_P(CodeProduct, KernelsAndLoopsAgree) {
  const Case& c = GetParam();
  const auto constant = Build(true), given = Build(false);
  ASSERT_TRUE(constant != nullptr && given != nullptr);
  EXPECT_EQ(HasVariant(*constant), c.by_kernel);
  EXPECT_FALSE(HasVariant(*given));
  const bool is_signed = c.a_type == DType::kI8;
  const Tensor a = Codes(c.a_type, c.a, 1, is_signed ? -128 : 0, is_signed ? 127 : 255);
  const Tensor y = RunPlan(constant, {a}, 2)[0], expected = RunPlan(given, {a, B()}, 2)[0];
  ASSERT_EQ(y.shape(), expected.shape());
  EXPECT_EQ(Values<int32_t>(y), Values<int32_t>(expected));
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
     true,
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
     true,
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
     255,
     true},
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
     true,
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
     true,
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
     255,
     false},
    {"ConvOfLines",
     "ConvInteger",
     DType::kU8,
     DType::kI8,
     {1, 4, 9},
     {8, 4, 3},
     1,
     0,
     -128,
     127,
     false},
    {"MatMul", "MatMulInteger", DType::kU8, DType::kI8, {7, 33}, {33, 10}, 200, 0, -128, 127, true},
    {"MatMulOfSigned",
     "MatMulInteger",
     DType::kI8,
     DType::kU8,
     {2, 1, 3, 20},
     {20, 5},
     127,
     128,
     0,
     255,
     true},
    {"MatMulOfAVector",
     "MatMulInteger",
     DType::kU8,
     DType::kI8,
     {16},
     {16, 3},
     0,
     5,
     -120,
     127,
     true},
    {"MatMulOfMatrices",
     "MatMulInteger",
     DType::kU8,
     DType::kI8,
     {2, 3, 4},
     {2, 4, 5},
     7,
     0,
     -128,
     127,
     false},
};

INSTANTIATE_TEST_SUITE_P(Cases, CodeProduct, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace assay::engine
