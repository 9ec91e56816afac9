// QuantPlan: all that is decided of an int8 model. SearchSpace: what may be decided.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/graph/graph.h"
#include "harness/quantize/recipes.h"
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
  // Calibration algorithms of the values it reads, where it has its own.
  std::vector<std::string> algorithms = {};
};

// In topological order. Conv, Gemm and MatMul with constant weights (per channel or per tensor);
// Add, AveragePool and GlobalAveragePool, which have no weights (per tensor). Operators that only
// move or select values (MaxPool, Reshape, Concat, ...) follow what makes their input.
std::vector<QuantizableOp> QuantizableOps(const Graph& graph);

// Node name -> precision. A node that is absent is fp32.
using QuantConfig = std::map<std::string, Precision>;

struct QuantPlan {
  QuantConfig operators;
  // The calibration algorithm; and that of the values which single operators read, by node.
  std::string calibration = "minmax";
  std::map<std::string, std::string> calibration_of;
  Recipes recipes;
  // With how many threads the model is run; 0: nothing was decided. No part of the model itself.
  int threads = 0;
  // Kernel variants: "dispatch" or "measured" (tune/measured_variants.h); "": nothing was decided.
  // No part of the model, either.
  std::string variants = {};

  auto operator<=>(const QuantPlan&) const = default;
};

struct SearchSpace {
  std::vector<QuantizableOp> ops;
  std::vector<std::string> algorithms = {"minmax"};
  std::vector<Recipes> recipes = {Recipes()};
  // To be tried before operators fall back to fp32, where no model of the above will do.
  std::vector<Recipes> rescue = {};
  // Others, of which nothing was said: for strategies that choose them by what they promise.
  std::vector<Recipes> open_recipes = {};
  std::vector<int> threads = {};           // Counts to be tried; empty: nothing is to be decided.
  std::vector<std::string> variants = {};  // As of QuantPlan; likewise.
};

// Every operator at its first choice, or at `weights` where it has that choice.
QuantConfig FullyQuantized(const Graph& graph, Precision weights = Precision::kInt8PerChannel);

}  // namespace assay::quantize
