#include "harness/onnx/reduce.h"

namespace assay::onnx {
namespace {

constexpr Operator Reduction(std::string_view op_type) {
  return {
      .op_type = op_type, .attributes = kReduceAttributes, .canonicalize = CanonicalizeReduce};
}

// ReduceSum alone has its axes as an input since opset 13.
constexpr Operator kMembers[] = {Reduction("ReduceL1"),
                                 Reduction("ReduceL2"),
                                 Reduction("ReduceLogSum"),
                                 Reduction("ReduceLogSumExp"),
                                 Reduction("ReduceMax"),
                                 Reduction("ReduceMean"),
                                 Reduction("ReduceMin"),
                                 Reduction("ReduceProd"),
                                 Reduction("ReduceSumSquare"),
                                 {.op_type = "ReduceSum",
                                  .max_inputs = 2,
                                  .attributes = kReduceSumAttributes,
                                  .canonicalize = CanonicalizeReduceSum}};

}  // namespace

extern const Operator reductions = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
