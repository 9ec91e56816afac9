// What Conv and QConv share: operands x, w, optional bias, optional residual; ONNX's attributes.
#pragma once

#include "harness/engine/convolution.h"
#include "harness/engine/lowering.h"

namespace assay::engine {

// Checks shapes and attributes; the output is of `result`.
Status InferConv(Inference& inference, DType result);

// Geometry, weights, bias and source of a checked node. The type is kF32, the stage is empty, and
// dst and residual are not there yet. Error: weights or bias that depend on data.
Result<Convolution> ConvolutionOf(const Node& node, Lowerer& lowerer);

}  // namespace assay::engine
