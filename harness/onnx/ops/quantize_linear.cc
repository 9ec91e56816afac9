#include <fmt/format.h>

#include <algorithm>

#include "harness/graph/element_type.h"
#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"
#include "harness/onnx/quantization.h"

namespace assay::onnx {
namespace {

// output_dtype (opset 21) says the type where no zero point does.
Status CanonicalizeOutputType(Node& node, Context& context) {
  const int64_t number = node.Int("output_dtype", 0);
  node.attributes.erase("output_dtype");
  if (number == 0) return {};
  const auto dtype = FromElementType(number);
  const Tensor* zero_point = context.Constant(node.input(2));
  const bool allowed = dtype == DType::kU8 || dtype == DType::kI8;
  if (!allowed || (zero_point != nullptr && zero_point->dtype() != *dtype)) {
    return AttributeError(node, "output_dtype", ElementTypeName(number),
                          "uint8, int8, and the zero point's type");
  }
  if (node.has_input(2) || dtype == DType::kU8) return {};
  const Tensor* scale = context.Constant(node.input(1));
  if (scale == nullptr) return NodeError(node, "output_dtype needs a constant scale");
  Tensor zeros(DType::kI8, scale->shape());
  std::ranges::fill(zeros.as<int8_t>(), int8_t{0});
  context.SetInput(node, 2, "zero_point", std::move(zeros));
  return {};
}

Status Canonicalize(Node& node, int opset, Context& context) {
  ASSAY_RETURN_IF_ERROR(CanonicalizeQuantization(node, opset, context));
  const Tensor* scale = context.Constant(node.input(1));
  if (scale != nullptr && !std::ranges::all_of(scale->as<float>(), [](float s) { return s > 0; })) {
    return NodeError(node, fmt::format("scale '{}' is not positive everywhere", node.input(1)));
  }
  return CanonicalizeOutputType(node, context);
}

}  // namespace

extern const Operator quantize_linear = {.op_type = "QuantizeLinear",
                                         .min_opset = 10,
                                         .min_inputs = 2,
                                         .max_inputs = 3,
                                         .attributes = {{"axis", AttributeType::kInt, 13},
                                                        {"block_size", AttributeType::kInt, 21},
                                                        {"output_dtype", AttributeType::kInt, 21},
                                                        {"saturate", AttributeType::kInt, 19}},
                                         .canonicalize = Canonicalize};

}  // namespace assay::onnx
