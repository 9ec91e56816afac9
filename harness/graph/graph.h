// Graph: a model in memory. Close to ONNX by intent, always in the canonical opset: the importer
// upgrades or downgrades every node, so that passes, quantization and the engine know one
// definition of each operator.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kernels/base/dtype.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay {

// The opset whose definitions nodes of the default domain follow.
inline constexpr int kCanonicalOpset = 17;

using Attribute = std::variant<int64_t, float, std::string, std::vector<int64_t>,
                               std::vector<float>, std::vector<std::string>, Tensor>;

// One operator application. An absent optional input or output is "".
struct Node {
  std::string name;     // Unique in the graph, never empty after import.
  std::string op_type;  // "Conv"
  std::string domain;   // "" is ai.onnx.
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, Attribute> attributes;

  // The input's name, or "" when it is absent.
  const std::string& input(size_t index) const;
  bool has_input(size_t index) const { return !input(index).empty(); }
  // The attribute, or `fallback` when it is absent (or, after import never, of another type).
  int64_t Int(std::string_view attribute, int64_t fallback) const;
  float Float(std::string_view attribute, float fallback) const;
  std::string String(std::string_view attribute, std::string_view fallback) const;
  std::vector<int64_t> Ints(std::string_view attribute, std::vector<int64_t> fallback = {}) const;
  bool Has(std::string_view attribute) const;
};

// One extent of an input or output: known, or a symbol ("N"), or neither (any size).
struct Dim {
  int64_t value = -1;
  std::string symbol;

  bool known() const { return value >= 0; }
  bool operator==(const Dim&) const = default;
};

struct ValueInfo {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<Dim> dims;
  bool rank_known = true;  // Where false (an output that declares no shape), dims is empty.

  std::string ToString() const;  // "input: float[N, 3, 32, 32]"; "output: float" of unknown rank.
};

struct Graph {
  std::string name;
  std::vector<Node> nodes;  // In topological order.
  std::map<std::string, Tensor> initializers;
  std::vector<ValueInfo> inputs;  // Without initializers.
  std::vector<ValueInfo> outputs;
  std::map<std::string, std::string> metadata;  // ONNX metadata_props.

  const Tensor* Initializer(std::string_view value) const;  // nullptr when not an initializer.
  // Index of the node that makes `value`, or -1 (an input, an initializer, or "").
  int Producer(std::string_view value) const;
  bool IsOutput(std::string_view value) const;
};

// Names that no value and no node of a graph has, each of which is given once. The graph must not
// get others meanwhile.
class FreshNames {
 public:
  explicit FreshNames(const Graph& graph);
  // Starts with `stem`.
  std::string Make(std::string_view stem);

 private:
  std::set<std::string, std::less<>> taken_;
  std::map<std::string, int, std::less<>> tried_;  // By stem: the last number behind it.
};

// Consumers of every value: value name -> indices into graph.nodes, ascending; a node that reads a
// value twice is listed twice.
std::map<std::string, std::vector<int>> Consumers(const Graph& graph);

// Orders nodes topologically, keeping the given order where it already is one. Error: a cycle, a
// value that nothing produces, or a value produced twice, by name.
Status SortTopologically(Graph& graph);

// Drops nodes and initializers that no output depends on.
void RemoveUnused(Graph& graph);

}  // namespace assay
