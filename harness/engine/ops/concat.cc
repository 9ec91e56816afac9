#include "harness/engine/concatenation.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Lower(const Node& node, Lowerer& lowerer) {
  for (const Part& part : PartsOf(node, lowerer)) {
    if (!part.in_place()) lowerer.Copy(node, "Concat", part.src, part.dst);
  }
  return {};
}

}  // namespace

extern const Lowering concat;
const Lowering concat = {.op_type = "Concat",
                         .infer = InferConcatenation,
                         .lower = Lower,
                         .per_image = JoinsWithinImages};

}  // namespace assay::engine
