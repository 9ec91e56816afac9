#include "harness/onnx/export.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <map>

#include "harness/file/write_whole.h"
#include "harness/graph/element_type.h"
#include "harness/onnx/expect.h"
#include "harness/onnx/node_proto.h"
#include "harness/onnx/operator.h"
#include "harness/onnx/tensor_proto.h"

namespace assay::onnx {
namespace {

// The lowest opset, from `opset` on, whose definitions the nodes fit.
Result<int> OpsetFor(const Graph& graph, int opset) {
  for (const Node& node : graph.nodes) {
    const Operator* op = FindOperator(node.op_type, node.domain);
    if (op == nullptr) return NodeError(node, "its operator is not known");
    ASSAY_RETURN_IF_ERROR(CheckCanonical(node, *op));
    const int since = AttributesSince(node, *op);
    if (since > kCanonicalOpset) {
      return NodeError(node, fmt::format("an attribute's value is of opset {}, models are written "
                                         "in opsets up to {}",
                                         since, kCanonicalOpset));
    }
    opset = std::max({opset, op->min_opset, since});
  }
  return opset;
}

// The IR version that came with the opset: ONNX 1.8 for opset 13, 1.10 for 15.
int IrVersion(int opset) { return opset < 15 ? 7 : 8; }

void WriteValueInfo(const ValueInfo& info, ::onnx::ValueInfoProto& proto) {
  proto.set_name(info.name);
  auto& type = *proto.mutable_type()->mutable_tensor_type();
  type.set_elem_type(static_cast<int32_t>(ToElementType(info.dtype)));
  if (!info.rank_known) return;
  auto& shape = *type.mutable_shape();
  for (const Dim& dim : info.dims) {
    auto& extent = *shape.add_dim();
    if (dim.known()) {
      extent.set_dim_value(dim.value);
    } else if (!dim.symbol.empty()) {
      extent.set_dim_param(dim.symbol);
    }
  }
}

void WriteGraph(const Graph& graph, ::onnx::GraphProto& proto) {
  proto.set_name(graph.name.empty() ? "graph" : graph.name);
  for (const Node& node : graph.nodes) WriteNode(node, *proto.add_node());
  for (const auto& [name, tensor] : graph.initializers) {
    ToProto(tensor, name, *proto.add_initializer());
  }
  for (const ValueInfo& input : graph.inputs) WriteValueInfo(input, *proto.add_input());
  for (const ValueInfo& output : graph.outputs) WriteValueInfo(output, *proto.add_output());
}

}  // namespace

Result<std::string> Serialize(const Graph& graph, const ExportOptions& options) {
  ASSAY_ASSIGN_OR_RETURN(const int opset, OpsetFor(graph, options.opset));
  ::onnx::ModelProto model;
  model.set_ir_version(IrVersion(opset));
  model.set_producer_name("assay");
  model.set_producer_version(ASSAY_VERSION);
  std::map<std::string, int> opsets = {{"", opset}};
  for (const Node& node : graph.nodes) opsets.emplace(node.domain, 1);  // There is no other yet.
  for (const auto& [domain, version] : opsets) {
    auto& import = *model.add_opset_import();
    import.set_domain(domain);
    import.set_version(version);
  }
  WriteGraph(graph, *model.mutable_graph());
  auto metadata = options.metadata;
  metadata.insert(graph.metadata.begin(), graph.metadata.end());
  for (const auto& [key, value] : metadata) {
    auto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  const size_t size = model.ByteSizeLong();
  if (size > std::numeric_limits<int>::max()) {
    return Error(fmt::format("the model has {} bytes; one ONNX file can hold 2 GB", size));
  }
  return model.SerializeAsString();
}

Status Export(const Graph& graph, const std::filesystem::path& path, const ExportOptions& options) {
  ASSAY_ASSIGN_OR_RETURN(const std::string bytes, Serialize(graph, options));
  return WriteWhole(path, bytes);
}

}  // namespace assay::onnx
