#include <algorithm>

#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"
#include "harness/onnx/window.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "kernel_shape"));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "ceil_mode", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "count_include_pad", 0, 1));
  const auto dilations = node.Ints("dilations");
  if (std::ranges::count(dilations, 1) == std::ssize(dilations)) node.attributes.erase("dilations");
  return CanonicalizeWindow(node, std::nullopt);
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
