#include "harness/graph/element_type.h"
#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  const int64_t dtype = node.Int("dtype", 1);
  if (FromElementType(dtype)) return {};
  return AttributeError(node, "dtype", ElementTypeName(dtype), SupportedElementTypes());
}

}  // namespace

extern const Operator eye_like = {
    .op_type = "EyeLike",
    .min_opset = 9,
    .attributes = {{"dtype", AttributeType::kInt}, {"k", AttributeType::kInt}},
    .canonicalize = Canonicalize};

}  // namespace assay::onnx
