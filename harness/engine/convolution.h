// Convolution: the lowering that Conv, Gemm, MatMul and their integer forms share.
#pragma once

#include <optional>
#include <string>

#include "harness/engine/lowerer.h"
#include "kernels/base/compute.h"
#include "kernels/conv/spec.h"

namespace assay::engine {

struct Convolution {
  ConvSpec spec;  // Pixel strides are those of the operands.
  ComputeType type = ComputeType::kF32;
  Weights weights;  // As kernels/conv and kernels/depthwise take them: [oc][c / groups][kh][kw].
  OutputStage stage;
  Operand src, dst;  // Images, or dense [..., channels].
  // The latter: an image of one line, with a pixel for every row.
  bool src_is_matrix = false;
  std::optional<Operand> residual;
};

// Appends the step: a depthwise or a dense kernel.
Status AddConvolution(const Node& node, Lowerer& lowerer, const Convolution& convolution);

// The clamp of a fused float node (fuse.h).
OutputStage FloatStage(const Node& node);

}  // namespace assay::engine
