// Pattern: a graph as fusions look at it: who makes a value, who alone reads it, what is constant,
// and which values are quantized.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/engine/affine.h"
#include "harness/engine/inference.h"
#include "harness/graph/graph.h"
#include "kernels/base/quant.h"

namespace assay::engine {

// u8 codes and what they mean, one pair of parameters for the tensor.
struct Codes {
  std::string value;
  QuantParams params;
};

// Nodes are addressed by index. Replaced nodes go away in Commit, until which the indices stay.
class Pattern {
 public:
  Pattern(Graph& graph, const Types& types);

  size_t size() const { return graph_.nodes.size(); }
  Graph& graph() { return graph_; }
  const Types& types() const { return types_; }
  Node& node(int index) { return graph_.nodes[static_cast<size_t>(index)]; }
  const Node& node(int index) const { return graph_.nodes[static_cast<size_t>(index)]; }
  // An ONNX node of that type that has not been replaced.
  bool Is(int index, std::string_view op_type) const;
  bool alive(int index) const { return !gone_[static_cast<size_t>(index)]; }

  int Producer(const std::string& value) const;  // -1: an input or constant.
  // The only reader of a value that is no output of the graph; -1: there are more, or none.
  int OnlyReader(const std::string& value) const;
  const Tensor* constant(const std::string& value) const { return graph_.Initializer(value); }
  const Shape& shape(const std::string& value) const { return types_.at(value).shape; }
  Affine AffineOfNode(int index) const;  // Of a QuantizeLinear or DequantizeLinear.

  // `value` is made by a DequantizeLinear from these codes.
  std::optional<Codes> Dequantized(const std::string& value) const;
  // `value` has one reader, a QuantizeLinear that makes these codes. `reader` is its index.
  std::optional<Codes> Quantized(const std::string& value, int& reader) const;

  // `replacement` takes the place of the node at `last`, the last of `members` in the order of the
  // graph; the others go. Records their names in it (kFusedNodes).
  void Replace(const std::vector<int>& members, int last, Node replacement);
  std::string AddInitializer(std::string_view stem, Tensor tensor);
  // Removes what has been replaced and what is not needed any more. Returns whether there was
  // anything. The object is of no more use.
  bool Commit();

 private:
  Graph& graph_;
  const Types& types_;
  std::map<std::string, int> producers_;
  std::map<std::string, std::vector<int>> readers_;
  std::set<std::string> outputs_;  // Of the graph.
  std::vector<bool> gone_;
  FreshNames names_;
};

// A clamp behind `value`: the Relu or Clip that alone reads it.
struct Clamp {
  int node = -1;      // -1: there is none, and the bounds are infinite.
  std::string value;  // The clamped value, or the value given.
  float lo, hi;
};
Clamp ClampBehind(const Pattern& pattern, const std::string& value);

}  // namespace assay::engine
