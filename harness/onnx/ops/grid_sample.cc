#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// Opset 20 calls the modes linear and cubic.
Status Canonicalize(Node& node, int opset, Context&) {
  if (opset >= 20) {
    ASSAY_RETURN_IF_ERROR(ExpectOneOf(node, "mode", {"linear", "nearest", "cubic"}));
    const std::string mode = node.String("mode", "linear");
    if (mode != "nearest") node.attributes["mode"] = "bi" + mode;
  }
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "align_corners", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectOneOf(node, "padding_mode", {"zeros", "border", "reflection"}));
  return ExpectOneOf(node, "mode", {"bilinear", "nearest", "bicubic"});
}

}  // namespace

extern const Operator grid_sample = {.op_type = "GridSample",
                                     .min_opset = 16,
                                     .min_inputs = 2,
                                     .max_inputs = 2,
                                     .attributes = {{"align_corners", AttributeType::kInt},
                                                    {"mode", AttributeType::kString},
                                                    {"padding_mode", AttributeType::kString}},
                                     .canonicalize = Canonicalize};

}  // namespace assay::onnx
