// The bounds of a Clip, for its lowering and for fusion.
#pragma once

#include <limits>
#include <string>

#include "harness/graph/graph.h"
#include "kernels/base/function_ref.h"

namespace assay::engine {

// What ONNX says, of attributes and of inputs, that are not there: an infinity becomes finite.
struct Bounds {
  float lo = std::numeric_limits<float>::lowest();
  float hi = std::numeric_limits<float>::max();
};

// Of a Clip that inference has accepted. As ONNX says, lo > hi gives hi everywhere.
inline Bounds ClipBounds(const Node& node,
                         FunctionRef<const Tensor*(const std::string&)> constant) {
  Bounds bounds;
  if (node.has_input(1)) bounds.lo = constant(node.input(1))->as<float>()[0];
  if (node.has_input(2)) bounds.hi = constant(node.input(2))->as<float>()[0];
  return bounds;
}

}  // namespace assay::engine
