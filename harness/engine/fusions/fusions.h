// The fusions, one file each. Every one rewrites what it recognizes and leaves the rest. The order
// in which they follow each other is that of fuse.cc.
#pragma once

#include "harness/engine/budget.h"
#include "harness/engine/inference.h"
#include "harness/graph/graph.h"
#include "kernels/base/status.h"

namespace assay::engine {

// QLinearConv, QLinearMatMul: DequantizeLinear -> Conv, MatMul -> QuantizeLinear, where the fusions
// below make one integer product of them, of the same bits. Signed codes become u8, and go from one
// of them to the next as such.
Status UnfoldProducts(Graph& graph, const Types& types, Budget& budget);
// The node result = source with the other sign: a Lookup of every code's own number + 128. `to`:
// the type of the result.
Node FlipSign(FreshNames& names, const std::string& source, const std::string& result, DType to);
// Signed activations become u8 with their zero points moved by 128, which are the same numbers;
// signed inputs and outputs of the graph are converted at its border.
Status HoldAsU8(Graph& graph, const Types& types);
// DequantizeLinear -> (an operator that moves elements, or picks the largest) -> QuantizeLinear:
// the operator moves codes.
Status MoveCodes(Graph& graph, const Types& types);
// Whether every element of the result is one of the first input's, chosen in a way that a shift of
// all codes by the same number does not change.
bool MovesElements(const Node& node);
// DequantizeLinear of activations and weights -> Conv, Gemm or MatMul -> [Relu, Clip] ->
// QuantizeLinear: QConv, QGemm. Without QuantizeLinear: the same with a real result.
Status FuseIntegerProducts(Graph& graph, const Types& types);
// DequantizeLinear -> Add, AveragePool, GlobalAveragePool, Concat -> QuantizeLinear.
Status FuseIntegerOperators(Graph& graph, const Types& types);
// DequantizeLinear -> any pointwise operators -> QuantizeLinear: a table of 256 codes.
Status FuseLookups(Graph& graph, const Types& types);
// QConv -> QAdd: the QConv adds the other operand as its residual.
Status FuseIntegerResiduals(Graph& graph, const Types& types);
// Conv -> Add.
Status FuseResiduals(Graph& graph, const Types& types);
// Conv, Gemm, MatMul, Add -> Relu or Clip.
Status FuseClamps(Graph& graph, const Types& types);

}  // namespace assay::engine
