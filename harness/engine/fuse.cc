#include "harness/engine/fuse.h"

#include "harness/engine/fusions/fusions.h"
#include "harness/engine/infer.h"

namespace assay::engine {
namespace {

// The types of a graph that has been rewritten.
Result<Types> Retyped(Graph& graph, const Types& types, Budget& budget) {
  Types inputs;
  for (const ValueInfo& input : graph.inputs) inputs[input.name] = types.at(input.name);
  return InferAndFold(graph, std::move(inputs), Folding::kKeepQuantized, budget);
}

}  // namespace

Status Fuse(Graph& graph, const Types& types, Budget& budget) {
  Types known = types;
  ASSAY_RETURN_IF_ERROR(UnfoldProducts(graph, known, budget));
  ASSAY_ASSIGN_OR_RETURN(known, Retyped(graph, known, budget));
  for (const auto& fusion : {HoldAsU8, MoveCodes, FuseIntegerProducts, FuseIntegerOperators,
                             FuseLookups, FuseIntegerResiduals, FuseResiduals, FuseClamps}) {
    ASSAY_RETURN_IF_ERROR(fusion(graph, known));
    ASSAY_ASSIGN_OR_RETURN(known, Retyped(graph, known, budget));
  }
  return {};
}

}  // namespace assay::engine
