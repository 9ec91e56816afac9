#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// k was an attribute until opset 9.
Status Canonicalize(Node& node, int opset, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "largest", 0, 1));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "sorted", 0, 1));
  DropDefault(node, "largest", int64_t{1});
  DropDefault(node, "sorted", int64_t{1});
  if (opset < 10) {
    ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "k"));
    context.SetInput(node, 1, "k", Tensor::Of<int64_t>({1}, std::vector{node.Int("k", 0)}));
    node.attributes.erase("k");
  }
  return ExpectAxis(node, "axis", context.Rank(node.input(0)));
}

}  // namespace

extern const Operator top_k = {.op_type = "TopK",
                               .min_inputs = 2,
                               .max_inputs = 2,
                               .max_outputs = 2,
                               .first_output_optional = true,
                               .attributes = {{"axis", AttributeType::kInt},
                                              {"k", AttributeType::kInt, 1, 9},
                                              {"largest", AttributeType::kInt, 11},
                                              {"sorted", AttributeType::kInt, 11}},
                               .canonicalize = Canonicalize};

}  // namespace assay::onnx
