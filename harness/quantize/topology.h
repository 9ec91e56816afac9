// Where quantization can start and how far it reaches in a graph.
#pragma once

#include <string>
#include <vector>

#include "harness/graph/graph.h"

namespace assay::quantize {

// A quantizable operator and the values that carry quantization parameters around it. An
// activation (Relu, Clip with constant bounds) that alone reads the operator's result belongs to
// it: the parameters sit behind the activation, where the range is known to be smaller.
struct Anchor {
  int node = -1;                    // Index into graph.nodes.
  std::vector<std::string> inputs;  // Activations it reads.
  std::string output;               // Its result, or its activation's.
  std::string weights;              // Initializer; "" for Add and pools.
  std::string bias;                 // Initializer; "" when absent.
  int channel_axis = 0;             // Axis of the output channels in the weights.

  bool weighted() const { return !weights.empty(); }
};

// In topological order.
std::vector<Anchor> FindAnchors(const Graph& graph);

// An operator whose results are among the values it reads (MaxPool, Reshape, Slice, Pad with
// zeros, Relu, ...): on int8 values it runs with one set of parameters for input and result.
bool PassesValues(const Graph& graph, const Node& node);

}  // namespace assay::quantize
