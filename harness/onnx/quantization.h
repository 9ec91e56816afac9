// What QuantizeLinear and DequantizeLinear share.
#pragma once

#include "harness/onnx/operator.h"

namespace assay::onnx {

// Checks axis, a constant scale (float, rank 0 or 1, finite) and a constant zero point (of the
// scale's shape); refuses the blocks of opset 21; drops `saturate`, which is of float8 only.
Status CanonicalizeQuantization(Node& node, int opset, Context& context);

}  // namespace assay::onnx
