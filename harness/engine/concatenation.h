// What Concat and QConcat share.
#pragma once

#include "harness/engine/lowering.h"

namespace assay::engine {

// Infers: inputs of one type that differ in one axis only.
Status InferConcatenation(Inference& inference);

// One input of a checked node and the part of the output that it becomes.
struct Part {
  size_t input;
  Operand src, dst;
  // The producer has written it into place.
  bool in_place() const { return src.buffer == dst.buffer; }
};

// Makes the output.
std::vector<Part> PartsOf(const Node& node, Lowerer& lowerer);

}  // namespace assay::engine
