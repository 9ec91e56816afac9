#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"
#include "harness/onnx/window.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "group", 1, kMaxExtent));
  std::optional<int> spatial = context.Rank(node.input(1));
  if (spatial) spatial = *spatial - 2;
  ASSAY_RETURN_IF_ERROR(ExpectInts(node, "output_padding", spatial, 0));
  ASSAY_RETURN_IF_ERROR(ExpectInts(node, "output_shape", spatial, 0));
  return CanonicalizeWindow(node, spatial);
}

}  // namespace

extern const Operator conv_transpose = {
    .op_type = "ConvTranspose",
    .min_inputs = 2,
    .max_inputs = 3,
    .attributes = {{"auto_pad", AttributeType::kString},
                   {"dilations", AttributeType::kInts},
                   {"group", AttributeType::kInt},
                   {"kernel_shape", AttributeType::kInts},
                   {"output_padding", AttributeType::kInts},
                   {"output_shape", AttributeType::kInts},
                   {"pads", AttributeType::kInts},
                   {"strides", AttributeType::kInts}},
    .canonicalize = Canonicalize};

}  // namespace assay::onnx
