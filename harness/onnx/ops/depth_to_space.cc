#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "blocksize"));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "blocksize", 1, kMaxExtent));
  ASSAY_RETURN_IF_ERROR(ExpectOneOf(node, "mode", {"DCR", "CRD"}));
  DropDefault(node, "mode", std::string("DCR"));
  return {};
}

constexpr Operator kMembers[] = {
    {.op_type = "DepthToSpace",
     .attributes = {{"blocksize", AttributeType::kInt}, {"mode", AttributeType::kString, 11}},
     .canonicalize = Canonicalize},
    {.op_type = "SpaceToDepth",
     .attributes = {{"blocksize", AttributeType::kInt}},
     .canonicalize = Canonicalize}};

}  // namespace

extern const Operator depth_to_space = {
    .family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
