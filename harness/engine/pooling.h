// What pooling operators share.
#pragma once

#include "harness/engine/lowering.h"
#include "harness/engine/taps.h"
#include "kernels/pool/pool.h"

namespace assay::engine {

struct Pooling {
  pool::Window window;
  Operand src, dst;  // Images.

  // Step::work: elements under the windows.
  double work() const;
};

// Checks shapes and attributes, over any number of spatial axes; the output is of `result`.
Status InferPool(Inference& inference, DType result);
// Of a checked node on images; makes its output.
Result<Pooling> PoolingOf(const Node& node, Lowerer& lowerer);

// Pooling as loops, over any number of spatial axes.
struct PlainPooling {
  Taps taps;
  int64_t planes;    // n * c.
  Operand src, dst;  // Dense.

  double work() const;
};
// Of a checked node; makes its output.
Result<PlainPooling> PlainPoolingOf(const Node& node, Lowerer& lowerer);

// The kernels' pooling over the whole image. Inference is for any number of spatial axes.
Status InferGlobalPool(Inference& inference, DType result);
Pooling GlobalPoolingOf(const Node& node, Lowerer& lowerer);

}  // namespace assay::engine
