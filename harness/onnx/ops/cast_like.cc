#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator cast_like = {.op_type = "CastLike",
                                   .min_opset = 15,
                                   .min_inputs = 2,
                                   .max_inputs = 2,
                                   .attributes = {{"saturate", AttributeType::kInt, 19}},
                                   .canonicalize = [](Node& node, int, Context&) {
                                     node.attributes.erase("saturate");  // Of float8 only.
                                     return Status();
                                   }};

}  // namespace assay::onnx
