// Canonicalize: every node of a graph becomes one of kCanonicalOpset.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/graph/graph.h"
#include "kernels/base/status.h"

namespace assay::onnx {

// "Conv", or "com.example.Foo".
std::string QualifiedType(const Node& node);

struct UnsupportedNode {
  std::string op;    // Its qualified type.
  std::string text;  // Its name, operator, domain and opset.
};
// `opsets`: the opset that the model declares of each domain. The nodes of operators, domains or
// opsets that are not supported.
std::vector<UnsupportedNode> UnsupportedNodes(const Graph& graph,
                                              const std::map<std::string, int64_t>& opsets);
// An error that lists them all.
Status CheckSupported(const Graph& graph, const std::map<std::string, int64_t>& opsets);

// Rewrites the nodes, which are of `opset`, supported and in topological order. `ranks`: of the
// values, as far as the model declares them.
Status Canonicalize(Graph& graph, int opset, std::map<std::string, int> ranks);

}  // namespace assay::onnx
