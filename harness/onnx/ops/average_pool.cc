#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"
#include "harness/onnx/window.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "kernel_shape"));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "ceil_mode", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "count_include_pad", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInts(node, "dilations", std::nullopt, 1, 1));
  ASSAY_RETURN_IF_ERROR(CanonicalizeWindow(node, std::nullopt));
  node.attributes.erase("dilations");  // Of opset 19, and 1 everywhere.
  return {};
}

}  // namespace

extern const Operator average_pool = {.op_type = "AveragePool",
                                      .attributes = {{"auto_pad", AttributeType::kString},
                                                     {"ceil_mode", AttributeType::kInt, 10},
                                                     {"count_include_pad", AttributeType::kInt, 7},
                                                     {"dilations", AttributeType::kInts, 19},
                                                     {"kernel_shape", AttributeType::kInts},
                                                     {"pads", AttributeType::kInts},
                                                     {"strides", AttributeType::kInts}},
                                      .canonicalize = Canonicalize};

}  // namespace assay::onnx
