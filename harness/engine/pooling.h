// What pooling operators share.
#pragma once

#include "harness/engine/lowering.h"
#include "kernels/pool/pool.h"

namespace assay::engine {

struct Pooling {
  pool::Window window;
  Operand src, dst;  // Images.
};

// Checks shapes and attributes; the output is of `result`.
Status InferPool(Inference& inference, DType result);
// Of a checked node; makes its output.
Result<Pooling> PoolingOf(const Node& node, Lowerer& lowerer);

// The same over the whole image.
Status InferGlobalPool(Inference& inference, DType result);
Pooling GlobalPoolingOf(const Node& node, Lowerer& lowerer);

}  // namespace assay::engine
