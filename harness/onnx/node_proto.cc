#include "harness/onnx/node_proto.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "harness/onnx/expect.h"

namespace assay::onnx {
namespace {

using ::onnx::AttributeProto;

Result<Attribute> ReadAttribute(const AttributeProto& proto, ExternalData& external) {
  if (!proto.ref_attr_name().empty()) return Error("refers to an attribute of a function");
  switch (proto.type()) {
    case AttributeProto::INT:
      return Attribute(int64_t{proto.i()});
    case AttributeProto::FLOAT:
      return Attribute(proto.f());
    case AttributeProto::STRING:
      return Attribute(proto.s());
    case AttributeProto::INTS:
      return Attribute(std::vector<int64_t>(proto.ints().begin(), proto.ints().end()));
    case AttributeProto::FLOATS:
      return Attribute(std::vector<float>(proto.floats().begin(), proto.floats().end()));
    case AttributeProto::STRINGS:
      return Attribute(std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    case AttributeProto::TENSOR: {
      ASSAY_ASSIGN_OR_RETURN(Tensor tensor, FromProto(proto.t(), external));
      return Attribute(std::move(tensor));
    }
    default:
      return Error(
          fmt::format("is of type {}, which is not supported; allowed: INT, FLOAT, "
                      "STRING, INTS, FLOATS, STRINGS, TENSOR",
                      AttributeProto::AttributeType_Name(proto.type())));
  }
}

struct AttributeWriter {
  AttributeProto& proto;

  void operator()(int64_t value) const {
    proto.set_type(AttributeProto::INT);
    proto.set_i(value);
  }
  void operator()(float value) const {
    proto.set_type(AttributeProto::FLOAT);
    proto.set_f(value);
  }
  void operator()(const std::string& value) const {
    proto.set_type(AttributeProto::STRING);
    proto.set_s(value);
  }
  void operator()(const std::vector<int64_t>& values) const {
    proto.set_type(AttributeProto::INTS);
    for (int64_t value : values) proto.add_ints(value);
  }
  void operator()(const std::vector<float>& values) const {
    proto.set_type(AttributeProto::FLOATS);
    for (float value : values) proto.add_floats(value);
  }
  void operator()(const std::vector<std::string>& values) const {
    proto.set_type(AttributeProto::STRINGS);
    for (const std::string& value : values) proto.add_strings(value);
  }
  void operator()(const Tensor& tensor) const {
    proto.set_type(AttributeProto::TENSOR);
    ToProto(tensor, "", *proto.mutable_t());
  }
};

}  // namespace

Node ReadNode(const ::onnx::NodeProto& proto) {
  Node node;
  node.name = proto.name();
  node.op_type = proto.op_type();
  node.domain = proto.domain() == "ai.onnx" ? "" : proto.domain();
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  return node;
}

Status ReadAttributes(const ::onnx::NodeProto& proto, ExternalData& external, Node& node) {
  for (const AttributeProto& attribute : proto.attribute()) {
    auto value = ReadAttribute(attribute, external);
    if (!value.ok()) {
      return NodeError(node, fmt::format("attribute '{}' {}", attribute.name(), value.message()));
    }
    if (!node.attributes.emplace(attribute.name(), *std::move(value)).second) {
      return NodeError(node, fmt::format("attribute '{}' is there twice", attribute.name()));
    }
  }
  return {};
}

void WriteNode(const Node& node, ::onnx::NodeProto& proto) {
  proto.set_name(node.name);
  proto.set_op_type(node.op_type);
  if (!node.domain.empty()) proto.set_domain(node.domain);
  for (const std::string& input : node.inputs) proto.add_input(input);
  for (const std::string& output : node.outputs) proto.add_output(output);
  for (const auto& [name, value] : node.attributes) {
    AttributeProto& attribute = *proto.add_attribute();
    attribute.set_name(name);
    std::visit(AttributeWriter{attribute}, value);
  }
}

}  // namespace assay::onnx
