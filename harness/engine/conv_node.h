// What Conv and QConv share: operands x, w, optional bias, optional residual; ONNX's attributes.
#pragma once

#include "harness/engine/convolution.h"
#include "harness/engine/lowering.h"
#include "harness/engine/plain_convolution.h"

namespace assay::engine {

// Which inputs a convolution's operands are.
struct ConvInputs {
  size_t x = 0, w = 1, bias = 2;
};

// Checks shapes and attributes; the output is of `result`.
Status InferConv(Inference& inference, DType result, ConvInputs inputs = {});

// Of a checked node, over any number of spatial axes.
Result<PlainConvolution> PlainConvolutionOf(const Node& node, const Lowerer& lowerer,
                                            ConvInputs inputs = {});

// Geometry, weights, bias and source of a checked node on images, or on lines, which are images of
// one row; its source is then copied. The type is kF32, the stage is empty, and
// dst and residual are not there yet. Error: weights or bias that depend on data.
Result<Convolution> ConvolutionOf(const Node& node, Lowerer& lowerer);

// Dense [n, c, w] as [n, c, 1, w].
Operand AsImage(const Operand& line);

}  // namespace assay::engine
