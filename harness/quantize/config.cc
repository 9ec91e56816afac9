#include "harness/quantize/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/quantize/topology.h"

namespace assay::quantize {

std::string_view Name(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return "fp32";
    case Precision::kInt8PerTensor:
      return "int8 per_tensor";
    case Precision::kInt8PerChannel:
      return "int8 per_channel";
  }
  return "?";
}

Result<Precision> ParsePrecision(std::string_view text) {
  for (Precision precision :
       {Precision::kFp32, Precision::kInt8PerTensor, Precision::kInt8PerChannel}) {
    if (Name(precision) == text) return precision;
  }
  return Error(fmt::format(
      "unknown precision '{}'; allowed are 'fp32', 'int8 per_tensor', 'int8 per_channel'", text));
}

std::vector<QuantizableOp> QuantizableOps(const Graph& graph) {
  std::vector<QuantizableOp> ops;
  for (const Anchor& anchor : FindAnchors(graph)) {
    const Node& node = graph.nodes[static_cast<size_t>(anchor.node)];
    QuantizableOp op{node.name, node.op_type, {}};
    if (anchor.weighted()) op.choices.push_back(Precision::kInt8PerChannel);
    op.choices.push_back(Precision::kInt8PerTensor);
    op.choices.push_back(Precision::kFp32);
    ops.push_back(std::move(op));
  }
  return ops;
}

QuantConfig FullyQuantized(const Graph& graph, Precision weights) {
  QuantConfig config;
  for (const QuantizableOp& op : QuantizableOps(graph)) {
    const bool has = std::ranges::find(op.choices, weights) != op.choices.end();
    config[op.node] = has ? weights : op.choices.front();
  }
  return config;
}

}  // namespace assay::quantize
