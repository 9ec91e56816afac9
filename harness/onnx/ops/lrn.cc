#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context&) {
  ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "size"));
  return ExpectInt(node, "size", 1, kMaxExtent);
}

}  // namespace

extern const Operator lrn = {.op_type = "LRN",
                             .attributes = {{"alpha", AttributeType::kFloat},
                                            {"beta", AttributeType::kFloat},
                                            {"bias", AttributeType::kFloat},
                                            {"size", AttributeType::kInt}},
                             .canonicalize = Canonicalize};

}  // namespace assay::onnx
