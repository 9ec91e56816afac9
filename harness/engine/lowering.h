// Lowering: what the engine knows of one operator. Each file of harness/engine/ops defines one, or
// a family of them, named after the file; the build collects them into AllLowerings(). To add an
// operator is to add a file: folding of constants, int8 lookup tables, layouts, memory and threads
// come with it.
#pragma once

#include <span>
#include <string_view>

#include "harness/engine/inference.h"
#include "harness/engine/lowerer.h"
#include "harness/graph/graph.h"
#include "kernels/base/status.h"

namespace assay::engine {

// Operators of the engine itself, which fusion makes; no model has them.
inline constexpr std::string_view kFusedDomain = "assay";

struct Lowering {
  std::string_view op_type = {};
  std::string_view domain = "";

  // Checks the node and its operands and says what its outputs are. Error: a sentence that names
  // the node (Inference::Error).
  Status (*infer)(Inference& inference) = nullptr;
  // Turns the node, which inference has accepted, into views and steps. Error: what cannot be run.
  Status (*lower)(const Node& node, Lowerer& lowerer) = nullptr;

  // Applies one function to every element of its first input; other inputs are parameters, which
  // are the same for all elements.
  bool pointwise = false;
  // Reads its first input as an image, so that producers had better write it channels-last.
  bool image = false;
  // Where every input that is no constant is a batch along axis 0: whether each image of the
  // outputs is made of the same image of those inputs and of nothing else of them, in the same way
  // for all (per_image.h). nullptr: it is where the operator is pointwise.
  bool (*per_image)(const Inference& inference) = nullptr;
  // The members, where the file defines a family; all else is then empty.
  std::span<const Lowering> (*family)() = nullptr;
};

// Written by CMake: what each file defines, ordered by file name.
std::span<const Lowering* const> LoweringFiles();
// The same with every family replaced by its members.
std::span<const Lowering* const> AllLowerings();

// nullptr where the engine does not have the operator.
const Lowering* FindLowering(const Node& node);

}  // namespace assay::engine
