#include "harness/onnx/operator.h"

namespace assay::onnx {

extern const Operator reverse_sequence = {
    .op_type = "ReverseSequence",
    .min_opset = 10,
    .min_inputs = 2,
    .max_inputs = 2,
    .attributes = {{"batch_axis", AttributeType::kInt}, {"time_axis", AttributeType::kInt}}};

}  // namespace assay::onnx
