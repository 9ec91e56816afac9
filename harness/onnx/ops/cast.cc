#include "harness/graph/element_type.h"
#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "to"));
  const int64_t to = node.Int("to", 0);
  if (!FromElementType(to)) {
    return AttributeError(node, "to", ElementTypeName(to), SupportedElementTypes());
  }
  node.attributes.erase("saturate");  // Of casts to float8 only.
  return {};
}

}  // namespace

extern const Operator cast = {
    .op_type = "Cast",
    .attributes = {{"saturate", AttributeType::kInt, 19}, {"to", AttributeType::kInt}},
    .canonicalize = Canonicalize};

}  // namespace assay::onnx
