#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"
#include "harness/onnx/window.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "kernel_shape"));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "ceil_mode", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "storage_order", 0, 1));
  return CanonicalizeWindow(node, std::nullopt);
}

}  // namespace

extern const Operator max_pool = {.op_type = "MaxPool",
                                  .max_outputs = 2,
                                  .attributes = {{"auto_pad", AttributeType::kString},
                                                 {"ceil_mode", AttributeType::kInt, 10},
                                                 {"dilations", AttributeType::kInts, 10},
                                                 {"kernel_shape", AttributeType::kInts},
                                                 {"pads", AttributeType::kInts},
                                                 {"storage_order", AttributeType::kInt, 8},
                                                 {"strides", AttributeType::kInts}},
                                  .canonicalize = Canonicalize};

}  // namespace assay::onnx
