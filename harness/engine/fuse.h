// Fuse: rewrites a graph into nodes that one kernel call does.
//
// A fused float node is the ONNX node itself with more to it:
//   Conv, Gemm, MatMul, Add   attributes kLo and kHi: the result is clamped;
//   Conv                      a fourth input: the residual that is added before that.
// Integer nodes are operators of kFusedDomain (harness/engine/ops/q_*.cc). kFusedNodes lists the
// names of the nodes that are no more.
#pragma once

#include "harness/engine/budget.h"
#include "harness/engine/inference.h"
#include "harness/graph/graph.h"
#include "kernels/base/status.h"

namespace assay::engine {

inline constexpr const char* kLo = "assay.lo";
inline constexpr const char* kHi = "assay.hi";
inline constexpr const char* kFusedNodes = "assay.fused";

// The graph stays topologically sorted; outputs keep their names. `types`: of its values;
// `budget`: for constants that are folded on the way.
Status Fuse(Graph& graph, const Types& types, Budget& budget);

}  // namespace assay::engine
