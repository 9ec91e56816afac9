#include "harness/onnx/operator.h"
#include "harness/onnx/quantization.h"

namespace assay::onnx {

extern const Operator dequantize_linear = {
    .op_type = "DequantizeLinear",
    .min_opset = 10,
    .min_inputs = 2,
    .max_inputs = 3,
    .attributes = {{"axis", AttributeType::kInt, 13}, {"block_size", AttributeType::kInt, 21}},
    .canonicalize = CanonicalizeQuantization};

}  // namespace assay::onnx
