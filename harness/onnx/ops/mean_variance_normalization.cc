#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

Status Canonicalize(Node& node, int, Context& context) {
  const int64_t rank = context.Rank(node.input(0)).value_or(kMaxRank);
  return ExpectInts(node, "axes", std::nullopt, -rank, rank - 1);
}

}  // namespace

extern const Operator mean_variance_normalization = {
    .op_type = "MeanVarianceNormalization",
    .min_opset = 9,
    .attributes = {{"axes", AttributeType::kInts}},
    .canonicalize = Canonicalize};

}  // namespace assay::onnx
