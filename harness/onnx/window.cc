#include "harness/onnx/window.h"

#include "harness/onnx/expect.h"

namespace assay::onnx {

Status CanonicalizeWindow(Node& node, std::optional<int> spatial_rank) {
  if (!spatial_rank && node.Has("kernel_shape")) {
    spatial_rank = static_cast<int>(node.Ints("kernel_shape").size());
  }
  ASSAY_RETURN_IF_ERROR(ExpectInts(node, "kernel_shape", spatial_rank, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInts(node, "strides", spatial_rank, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInts(node, "dilations", spatial_rank, 1));
  ASSAY_RETURN_IF_ERROR(
      ExpectOneOf(node, "auto_pad", {"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"}));
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  if (auto_pad != "NOTSET") node.attributes.erase("pads");
  if (auto_pad == "NOTSET" || auto_pad == "VALID") node.attributes.erase("auto_pad");
  const auto pads = spatial_rank ? std::optional(2 * *spatial_rank) : std::nullopt;
  return ExpectInts(node, "pads", pads, 0);
}

}  // namespace assay::onnx
