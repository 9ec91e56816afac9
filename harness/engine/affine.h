// The parameters of QuantizeLinear and DequantizeLinear nodes.
#pragma once

#include <vector>

#include "harness/engine/inference.h"
#include "harness/graph/graph.h"
#include "kernels/base/function_ref.h"

namespace assay::engine {

struct Affine {
  std::vector<float> scales;         // One, or one per index of the axis.
  std::vector<int32_t> zero_points;  // As many.
  int axis = 0;                      // Where there are several.
  DType dtype = DType::kU8;          // Of the integers.

  bool per_tensor() const { return scales.size() == 1; }
};

using ConstantOf = FunctionRef<const Tensor*(const std::string&)>;

// Inputs 1 (scale) and 2 (zero point) of a node that CheckAffine has accepted. `rank`: of input 0.
Affine AffineOf(const Node& node, int rank, DType integers, ConstantOf constant);

// Error unless scale and zero point are constant and fit input 0. `integers`: the type that the
// zero point must have.
Status CheckAffine(const Inference& inference, DType integers);

}  // namespace assay::engine
