// Operators on quantized operands, each of which brings its scale and zero point.
#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"
#include "harness/onnx/window.h"

namespace assay::onnx {
namespace {

constexpr AttributeSpecs kConvAttributes = {
    {"auto_pad", AttributeType::kString}, {"dilations", AttributeType::kInts},
    {"group", AttributeType::kInt},       {"kernel_shape", AttributeType::kInts},
    {"pads", AttributeType::kInts},       {"strides", AttributeType::kInts}};

// `weights`: the input that holds them.
template <size_t weights>
Status CanonicalizeConv(Node& node, int, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "group", 1, kMaxExtent));
  std::optional<int> spatial = context.Rank(node.input(weights));
  if (spatial) spatial = *spatial - 2;
  return CanonicalizeWindow(node, spatial);
}

constexpr Operator kMembers[] = {{.op_type = "ConvInteger",
                                  .min_opset = 10,
                                  .min_inputs = 2,
                                  .max_inputs = 4,
                                  .attributes = kConvAttributes,
                                  .canonicalize = CanonicalizeConv<1>},
                                 {.op_type = "DynamicQuantizeLinear",
                                  .min_opset = 11,
                                  .max_outputs = 3},
                                 {.op_type = "MatMulInteger",
                                  .min_opset = 10,
                                  .min_inputs = 2,
                                  .max_inputs = 4},
                                 {.op_type = "QLinearAdd",
                                  .domain = "com.microsoft",
                                  .min_inputs = 1,
                                  .max_inputs = 8},
                                 {.op_type = "QLinearConv",
                                  .min_opset = 10,
                                  .min_inputs = 8,
                                  .max_inputs = 9,
                                  .attributes = kConvAttributes,
                                  .canonicalize = CanonicalizeConv<3>},
                                 {.op_type = "QLinearMatMul",
                                  .min_opset = 10,
                                  .min_inputs = 8,
                                  .max_inputs = 8}};

}  // namespace

extern const Operator quantized = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
