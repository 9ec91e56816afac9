// Models built in memory, good and bad, for the tests of the importer.
#pragma once

#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "harness/onnx/import.h"
#include "tests/temporary_folder.h"

namespace assay::onnx {

using ::onnx::AttributeProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

inline NodeProto& AddNode(ModelProto& model, const std::string& op_type,
                          const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs) {
  NodeProto& node = *model.mutable_graph()->add_node();
  node.set_name(op_type + "_node" + std::to_string(model.graph().node_size()));
  node.set_op_type(op_type);
  for (const std::string& input : inputs) node.add_input(input);
  for (const std::string& output : outputs) node.add_output(output);
  return node;
}

inline AttributeProto& AddAttribute(NodeProto& node, const std::string& name,
                                    AttributeProto::AttributeType type) {
  AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

inline void SetInt(NodeProto& node, const std::string& name, int64_t value) {
  AddAttribute(node, name, AttributeProto::INT).set_i(value);
}

inline void SetFloat(NodeProto& node, const std::string& name, float value) {
  AddAttribute(node, name, AttributeProto::FLOAT).set_f(value);
}

inline void SetString(NodeProto& node, const std::string& name, const std::string& value) {
  AddAttribute(node, name, AttributeProto::STRING).set_s(value);
}

inline void SetInts(NodeProto& node, const std::string& name, std::vector<int64_t> values) {
  AttributeProto& attribute = AddAttribute(node, name, AttributeProto::INTS);
  for (int64_t value : values) attribute.add_ints(value);
}

inline void FillInts(TensorProto& tensor, const std::vector<int64_t>& values) {
  tensor.set_data_type(TensorProto::INT64);
  tensor.add_dims(static_cast<int64_t>(values.size()));
  for (int64_t value : values) tensor.add_int64_data(value);
}

inline TensorProto& AddInts(ModelProto& model, const std::string& name,
                            const std::vector<int64_t>& values) {
  TensorProto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  FillInts(tensor, values);
  return tensor;
}

// Of zeros: only the shape matters.
inline TensorProto& AddFloats(ModelProto& model, const std::string& name,
                              const std::vector<int64_t>& dims) {
  TensorProto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(TensorProto::FLOAT);
  int64_t elements = 1;
  for (int64_t dim : dims) {
    tensor.add_dims(dim);
    elements *= dim;
  }
  for (int64_t i = 0; i < elements; ++i) tensor.add_float_data(0);
  return tensor;
}

inline void FillInfo(::onnx::ValueInfoProto& info, const std::string& name,
                     const std::vector<int64_t>& dims) {
  info.set_name(name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(TensorProto::FLOAT);
  type.mutable_shape();
  for (int64_t dim : dims) type.mutable_shape()->add_dim()->set_dim_value(dim);
}

inline void AddInput(ModelProto& model, const std::string& name, const std::vector<int64_t>& dims) {
  FillInfo(*model.mutable_graph()->add_input(), name, dims);
}

// Of unknown rank, so that nothing is known of the value but its type.
inline void AddOutput(ModelProto& model, const std::string& name) {
  auto& info = *model.mutable_graph()->add_output();
  info.set_name(name);
  info.mutable_type()->mutable_tensor_type()->set_elem_type(TensorProto::FLOAT);
}

// Input "x" of `dims`, output "y", and no nodes yet.
inline ModelProto EmptyModel(int64_t opset, const std::vector<int64_t>& dims = {1, 4, 8, 8}) {
  ModelProto model;
  model.set_ir_version(7);
  model.add_opset_import()->set_version(opset);
  AddInput(model, "x", dims);
  AddOutput(model, "y");
  return model;
}

inline ModelProto ReluModel(int64_t opset = 13) {
  ModelProto model = EmptyModel(opset);
  AddNode(model, "Relu", {"x"}, {"y"});
  return model;
}

inline Result<Graph> ImportModel(const ModelProto& model) {
  const TemporaryFolder folder;
  return Import(folder.Write("model.onnx", model.SerializeAsString()));
}

// The message of the import's error; fails the test where there is none.
inline std::string ImportError(const ModelProto& model) {
  const auto graph = ImportModel(model);
  EXPECT_FALSE(graph.ok());
  return graph.ok() ? "" : graph.message();
}

// The graph; fails the test, and gives an empty graph, where the import does.
inline Graph MustImport(const ModelProto& model) {
  auto graph = ImportModel(model);
  EXPECT_TRUE(graph.ok()) << graph.message();
  return graph.ok() ? *std::move(graph) : Graph();
}

}  // namespace assay::onnx
