#include "harness/onnx/import.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <map>
#include <new>
#include <optional>
#include <set>
#include <string>

#include "harness/graph/element_type.h"
#include "harness/onnx/canonicalize.h"
#include "harness/onnx/expect.h"
#include "harness/onnx/node_proto.h"
#include "harness/onnx/parse.h"
#include "harness/onnx/tensor_proto.h"

namespace assay::onnx {
namespace {

using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::ValueInfoProto;

using Opsets = std::map<std::string, int64_t>;  // By domain.

Result<Opsets> ReadOpsets(const ModelProto& model) {
  Opsets opsets;
  for (const auto& import : model.opset_import()) {
    const std::string domain = import.domain() == "ai.onnx" ? "" : import.domain();
    const auto [it, fresh] = opsets.emplace(domain, import.version());
    if (!fresh && it->second != import.version()) {
      return Error(fmt::format("declares opsets {} and {} of one domain '{}'", it->second,
                               import.version(), domain));
    }
  }
  return opsets;
}

Status CheckDefaultOpset(const Opsets& opsets) {
  const auto it = opsets.find("");
  if (it == opsets.end()) return Error("declares no opset of domain ai.onnx");
  if (kMinOpset <= it->second && it->second <= kMaxOpset) return {};
  return Error(fmt::format("declares opset {} of domain ai.onnx; allowed: {} to {}", it->second,
                           kMinOpset, kMaxOpset));
}

Result<std::vector<Dim>> ReadDims(const ::onnx::TensorShapeProto& shape) {
  if (shape.dim_size() > kMaxRank) {
    return Error(fmt::format("has {} axes; at most {} are allowed", shape.dim_size(), kMaxRank));
  }
  std::vector<Dim> dims;
  std::vector<int64_t> known;
  for (const auto& proto : shape.dim()) {
    Dim dim;
    if (proto.has_dim_value()) {
      dim.value = proto.dim_value();
      known.push_back(dim.value);
    } else {
      dim.symbol = proto.dim_param();
    }
    dims.push_back(std::move(dim));
  }
  const auto checked = Shape::Make(std::move(known));
  if (!checked.ok()) return Error("is malformed: " + checked.message());
  return dims;
}

Result<ValueInfo> ReadValueInfo(const ValueInfoProto& proto) {
  if (proto.name().empty()) return Error("has no name");
  if (!proto.type().has_tensor_type()) return Error("is not declared as a tensor");
  const auto& type = proto.type().tensor_type();
  const auto dtype = FromElementType(type.elem_type());
  if (!dtype) {
    return Error(fmt::format("is of {}; allowed: {}", ElementTypeName(type.elem_type()),
                             SupportedElementTypes()));
  }
  ValueInfo info{.name = proto.name(), .dtype = *dtype, .dims = {}};
  info.rank_known = type.has_shape();
  ASSAY_ASSIGN_OR_RETURN(info.dims, ReadDims(type.shape()));
  return info;
}

// Takes the data out of the proto, so that no more than one tensor is held twice.
Status TakeInitializers(GraphProto& proto, ExternalData& external, Graph& graph) {
  if (proto.sparse_initializer_size() > 0) {
    return Error(fmt::format("sparse initializer '{}' is not supported; only dense ones are",
                             proto.sparse_initializer(0).values().name()));
  }
  for (auto& initializer : *proto.mutable_initializer()) {
    if (initializer.name().empty()) return Error("an initializer has no name");
    ASSAY_ASSIGN_OR_RETURN(Tensor tensor, FromProto(initializer, external));
    delete initializer.release_raw_data();
    if (!graph.initializers.emplace(initializer.name(), std::move(tensor)).second) {
      return Error(fmt::format("initializer '{}' is there twice", initializer.name()));
    }
  }
  return {};
}

Status ReadInputs(const GraphProto& proto, const ImportOptions& options, Graph& graph) {
  std::set<std::string> names;
  for (const ValueInfoProto& input : proto.input()) {
    if (!names.insert(input.name()).second) {
      return Error(fmt::format("input '{}' is there twice", input.name()));
    }
    if (graph.initializers.contains(input.name())) continue;
    auto info = ReadValueInfo(input);
    if (!info.ok()) return Error(fmt::format("input '{}' {}", input.name(), info.message()));
    if (const auto it = options.constants.find(input.name()); it != options.constants.end()) {
      if (it->second.dtype() != info->dtype) {
        return Error(fmt::format("input '{}' is of {}, the constant given is of {}", input.name(),
                                 Name(info->dtype), Name(it->second.dtype())));
      }
      graph.initializers.emplace(input.name(), it->second);
      continue;
    }
    if (!info->rank_known) {
      return Error(
          fmt::format("input '{}' declares no shape, not even a symbolic one", input.name()));
    }
    graph.inputs.push_back(*std::move(info));
  }
  return {};
}

Status ReadOutputs(const GraphProto& proto, Graph& graph) {
  if (proto.output_size() == 0) return Error("the graph has no outputs");
  std::set<std::string> names;
  for (const ValueInfoProto& output : proto.output()) {
    auto info = ReadValueInfo(output);
    if (!info.ok()) return Error(fmt::format("output '{}' {}", output.name(), info.message()));
    if (!names.insert(output.name()).second) {
      return Error(fmt::format("output '{}' is there twice", output.name()));
    }
    graph.outputs.push_back(*std::move(info));
  }
  return {};
}

// Node names must be unique where they are given; the others are made.
Status NameNodes(Graph& graph) {
  std::set<std::string> names;
  for (const Node& node : graph.nodes) {
    if (!node.name.empty() && !names.insert(node.name).second) {
      return Error(fmt::format("two nodes are named '{}'", node.name));
    }
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    if (!node.name.empty()) continue;
    const std::string stem = fmt::format("{}_{}", node.op_type, i);
    node.name = stem;
    for (int suffix = 1; !names.insert(node.name).second; ++suffix) {
      node.name = fmt::format("{}_{}", stem, suffix);
    }
  }
  return {};
}

Status CheckOutputsProduced(const Graph& graph) {
  std::set<std::string_view> values;
  for (const ValueInfo& input : graph.inputs) values.insert(input.name);
  for (const auto& [name, tensor] : graph.initializers) values.insert(name);
  for (const Node& node : graph.nodes) values.insert(node.outputs.begin(), node.outputs.end());
  for (const ValueInfo& output : graph.outputs) {
    if (!values.contains(output.name)) {
      return Error(fmt::format("output '{}' is produced by nothing", output.name));
    }
  }
  return {};
}

std::map<std::string, int> DeclaredRanks(const GraphProto& proto) {
  std::map<std::string, int> ranks;
  for (const auto* infos : {&proto.input(), &proto.value_info(), &proto.output()}) {
    for (const ValueInfoProto& info : *infos) {
      const auto& type = info.type().tensor_type();
      if (type.has_shape()) ranks.emplace(info.name(), type.shape().dim_size());
    }
  }
  return ranks;
}

Result<Graph> ReadModel(ModelProto& model, const ImportOptions& options, ExternalData& external) {
  if (!model.has_graph()) return Error("the model has no graph");
  if (model.functions_size() > 0) {
    return Error(fmt::format("function '{}' is not supported; functions must be inlined",
                             model.functions(0).name()));
  }
  ASSAY_ASSIGN_OR_RETURN(const Opsets opsets, ReadOpsets(model));
  ASSAY_RETURN_IF_ERROR(CheckDefaultOpset(opsets));
  GraphProto& proto = *model.mutable_graph();
  if (proto.node_size() > kMaxNodes) {
    return Error(fmt::format("the graph has {} nodes; at most {} are allowed", proto.node_size(),
                             kMaxNodes));
  }
  Graph graph;
  graph.name = proto.name();
  for (const auto& entry : model.metadata_props()) graph.metadata[entry.key()] = entry.value();
  for (const auto& node : proto.node()) graph.nodes.push_back(ReadNode(node));
  ASSAY_RETURN_IF_ERROR(NameNodes(graph));
  ASSAY_RETURN_IF_ERROR(CheckSupported(graph, opsets));
  for (int i = 0; i < proto.node_size(); ++i) {
    ASSAY_RETURN_IF_ERROR(
        ReadAttributes(proto.node(i), external, graph.nodes[static_cast<size_t>(i)]));
  }
  ASSAY_RETURN_IF_ERROR(TakeInitializers(proto, external, graph));
  ASSAY_RETURN_IF_ERROR(ReadInputs(proto, options, graph));
  ASSAY_RETURN_IF_ERROR(ReadOutputs(proto, graph));
  ASSAY_RETURN_IF_ERROR(SortTopologically(graph));
  ASSAY_RETURN_IF_ERROR(CheckOutputsProduced(graph));
  ASSAY_RETURN_IF_ERROR(Canonicalize(graph, static_cast<int>(opsets.at("")), DeclaredRanks(proto)));
  RemoveUnused(graph);
  return graph;
}

}  // namespace

Result<Graph> Import(const std::filesystem::path& path, const ImportOptions& options) {
  try {
    ModelProto model;
    ASSAY_RETURN_IF_ERROR(ParseFile(path, "model", model));
    const auto folder = path.has_parent_path() ? path.parent_path() : ".";
    ExternalData external(folder);
    auto graph = ReadModel(model, options, external);
    if (!graph.ok()) return Error(fmt::format("{}: {}", path.string(), graph.message()));
    return graph;
  } catch (const std::bad_alloc&) {
    return Error(fmt::format("{}: not enough memory for the model", path.string()));
  }
}

Result<Survey> Examine(const std::filesystem::path& path) {
  ModelProto model;
  ASSAY_RETURN_IF_ERROR(ParseFile(path, "model", model));
  const auto opsets = ReadOpsets(model);
  if (!opsets.ok()) return Error(fmt::format("{}: {}", path.string(), opsets.message()));
  Survey survey;
  if (const auto it = opsets->find(""); it != opsets->end()) survey.opset = it->second;
  Graph graph;
  for (const auto& proto : model.graph().node()) {
    ++survey.operators[QualifiedType(graph.nodes.emplace_back(ReadNode(proto)))];
  }
  for (UnsupportedNode& node : UnsupportedNodes(graph, *opsets)) {
    survey.unsupported.push_back(std::move(node.text));
    survey.missing.insert(std::move(node.op));
  }
  std::set<std::string_view> initializers;
  for (const auto& tensor : model.graph().initializer()) initializers.insert(tensor.name());
  for (const auto& input : model.graph().input()) {
    if (!initializers.contains(input.name())) survey.inputs.push_back(input.name());
  }
  return survey;
}

}  // namespace assay::onnx
