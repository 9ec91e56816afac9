#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  DropDefault(node, "start", int64_t{0});
  context.SetRank(node.outputs[0], 1);
  return {};
}

}  // namespace

extern const Operator shape = {
    .op_type = "Shape",
    .attributes = {{"end", AttributeType::kInt, 15}, {"start", AttributeType::kInt, 15}},
    .canonicalize = Canonicalize};

}  // namespace assay::onnx
