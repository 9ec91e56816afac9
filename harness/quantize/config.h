// QuantConfig: at which precision each quantizable operator runs. One point of the search space.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/graph/graph.h"
#include "kernels/base/status.h"

namespace assay::quantize {

// Granularity is that of the weights; activations are u8, asymmetric, per tensor.
enum class Precision : uint8_t { kFp32, kInt8PerTensor, kInt8PerChannel };

// "fp32", "int8 per_tensor", "int8 per_channel".
std::string_view Name(Precision precision);
Result<Precision> ParsePrecision(std::string_view text);

// An operator that may be quantized, and its choices; fp32 is always one and comes last.
struct QuantizableOp {
  std::string node;
  std::string op_type;
  std::vector<Precision> choices;
};

// In topological order. Conv, Gemm and MatMul with constant weights (per channel or per tensor);
// Add, AveragePool and GlobalAveragePool, which have no weights (per tensor). Operators that only
// move or select values (MaxPool, Reshape, Concat, ...) follow what makes their input.
std::vector<QuantizableOp> QuantizableOps(const Graph& graph);

// Node name -> precision. A node that is absent is fp32.
using QuantConfig = std::map<std::string, Precision>;

// Every operator at its first choice, or at `weights` where it has that choice.
QuantConfig FullyQuantized(const Graph& graph, Precision weights = Precision::kInt8PerChannel);

}  // namespace assay::quantize
