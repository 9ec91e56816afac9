#include "tests/fuzz/onnx_mutator.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "harness/onnx/operator.h"

namespace assay::fuzz {
namespace {

using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::ValueInfoProto;

// [0, count)
int Below(Random& random, int count) {
  return static_cast<int>(random() % static_cast<unsigned>(std::max(count, 1)));
}

bool OneIn(Random& random, int count) { return Below(random, count) == 0; }

template <typename List>
auto& Pick(Random& random, List& list) {
  return *std::next(std::begin(list), Below(random, static_cast<int>(std::size(list))));
}

// Small numbers mostly, which models have; now and then one at an edge of a type or a limit.
int64_t AnyInt(Random& random) {
  static constexpr int64_t kEdges[] = {INT64_MIN,
                                       INT64_MIN + 1,
                                       INT64_MAX,
                                       INT64_MAX - 1,
                                       INT32_MIN,
                                       INT32_MAX,
                                       255,
                                       256,
                                       65535,
                                       -128,
                                       127,
                                       1024,
                                       1 << 20,
                                       int64_t{1} << 31,
                                       int64_t{1} << 40,
                                       int64_t{1} << 60};
  if (OneIn(random, 8)) return Pick(random, kEdges);
  if (OneIn(random, 4)) return Below(random, 64) - 8;
  return Below(random, 8) - 2;
}

int64_t AnyExtent(Random& random) {
  if (OneIn(random, 12)) return AnyInt(random);
  return OneIn(random, 4) ? Below(random, 40) : Below(random, 6);
}

float AnyFloat(Random& random) {
  static constexpr float kEdges[] = {0.0f,  -0.0f,  1.0f,  -1.0f,  0.5f,     2.0f,      1e-30f,
                                     1e30f, -1e30f, 3e38f, 1e-45f, INFINITY, -INFINITY, NAN};
  if (OneIn(random, 3)) return Pick(random, kEdges);
  return static_cast<float>(Below(random, 4001) - 2000) / 500.0f;
}

int AnyType(Random& random) {
  static constexpr int kTypes[] = {TensorProto::FLOAT, TensorProto::DOUBLE, TensorProto::INT64,
                                   TensorProto::INT32, TensorProto::UINT8,  TensorProto::INT8,
                                   TensorProto::BOOL};
  return OneIn(random, 12) ? Below(random, 24) : Pick(random, kTypes);
}

// Names of values that exist: mostly a new edge should lead somewhere.
std::vector<std::string> Values(const GraphProto& graph) {
  std::vector<std::string> values;
  for (const auto& input : graph.input()) values.push_back(input.name());
  for (const auto& initializer : graph.initializer()) values.push_back(initializer.name());
  for (const NodeProto& node : graph.node()) {
    values.insert(values.end(), node.output().begin(), node.output().end());
  }
  return values;
}

std::string AnyValue(const GraphProto& graph, Random& random) {
  const std::vector<std::string> values = Values(graph);
  if (values.empty() || OneIn(random, 24)) return OneIn(random, 2) ? "" : "nowhere";
  return Pick(random, values);
}

std::string FreshValue(const GraphProto& graph, Random& random) {
  const std::vector<std::string> values = Values(graph);
  const std::set<std::string> taken(values.begin(), values.end());
  std::string name;
  do {
    name = "v" + std::to_string(Below(random, 100000));
  } while (taken.contains(name));
  return name;
}

// Bytes of one element; of types that are not allowed anyway, any number will do.
int64_t BytesOf(int type) {
  switch (type) {
    case TensorProto::INT64:
    case TensorProto::DOUBLE:
      return 8;
    case TensorProto::FLOAT:
    case TensorProto::INT32:
      return 4;
    default:
      return type == TensorProto::FLOAT16 || type == TensorProto::BFLOAT16 ? 2 : 1;
  }
}

// Elements of `tensor`, or -1 where they are more than a small model holds.
int64_t Elements(const TensorProto& tensor) {
  int64_t elements = 1;
  for (const int64_t dim : tensor.dims()) {
    if (dim < 0 || dim > 4096) return -1;
    elements *= dim;
    if (elements > 4096) return -1;
  }
  return elements;
}

void SetElement(std::string& raw, int type, int64_t index, Random& random) {
  const auto put = [&](auto value) {
    raw.replace(static_cast<size_t>(index) * sizeof(value), sizeof(value),
                reinterpret_cast<const char*>(&value), sizeof(value));
  };
  switch (type) {
    case TensorProto::FLOAT:
      return put(AnyFloat(random));
    case TensorProto::DOUBLE:
      return put(static_cast<double>(AnyFloat(random)));
    case TensorProto::INT64:
      return put(AnyInt(random));
    case TensorProto::INT32:
      return put(static_cast<int32_t>(AnyInt(random)));
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      return put(static_cast<uint16_t>(random()));
    default:
      return put(static_cast<uint8_t>(random()));
  }
}

// Gives the tensor as much data as its shape asks for, as raw bytes: what is there is kept.
void FitData(TensorProto& tensor, Random& random) {
  const int64_t elements = Elements(tensor);
  if (elements < 0) return;
  std::string raw = tensor.raw_data();
  const auto take = [&](const auto& field) {
    if (field.empty()) return;
    raw.assign(reinterpret_cast<const char*>(field.data()),
               static_cast<size_t>(field.size()) * sizeof(*field.data()));
  };
  take(tensor.float_data());
  take(tensor.int64_data());
  take(tensor.double_data());
  if (BytesOf(tensor.data_type()) == 1) {
    if (tensor.int32_data_size() > 0)
      raw.assign(tensor.int32_data().begin(), tensor.int32_data().end());
  } else {
    take(tensor.int32_data());
  }
  const bool empty = raw.empty();
  raw.resize(static_cast<size_t>(elements * BytesOf(tensor.data_type())));
  for (int64_t i = 0; empty && i < elements; ++i) SetElement(raw, tensor.data_type(), i, random);
  tensor.clear_float_data();
  tensor.clear_int64_data();
  tensor.clear_int32_data();
  tensor.clear_double_data();
  tensor.clear_external_data();
  tensor.clear_data_location();
  tensor.set_raw_data(raw);
}

void MutateExtents(google::protobuf::RepeatedField<int64_t>& dims, Random& random) {
  if (dims.empty() || OneIn(random, 6)) {
    dims.Add(AnyExtent(random));
  } else if (OneIn(random, 6)) {
    dims.RemoveLast();
  } else if (OneIn(random, 6)) {
    dims.SwapElements(0, Below(random, dims.size()));
  } else {
    dims.Set(Below(random, dims.size()), AnyExtent(random));
  }
}

void MakeExternal(TensorProto& tensor, Random& random) {
  static const char* const kLocations[] = {"weights.bin",
                                           "./weights.bin",
                                           "../weights.bin",
                                           "/etc/passwd",
                                           "",
                                           "no.bin",
                                           "model.onnx",
                                           "."};
  tensor.clear_raw_data();
  tensor.set_data_location(TensorProto::EXTERNAL);
  tensor.clear_external_data();
  const auto set = [&](const char* key, const std::string& value) {
    auto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  set("location", Pick(random, kLocations));
  if (OneIn(random, 2)) set("offset", std::to_string(AnyInt(random)));
  if (OneIn(random, 2)) set("length", std::to_string(AnyInt(random)));
}

void MutateTensor(TensorProto& tensor, Random& random) {
  switch (Below(random, 8)) {
    case 0:
      tensor.set_data_type(AnyType(random));
      break;
    case 1:
    case 2:
      MutateExtents(*tensor.mutable_dims(), random);
      break;
    case 3:
      if (OneIn(random, 4)) return MakeExternal(tensor, random);
      break;
    default: {
      FitData(tensor, random);
      std::string& raw = *tensor.mutable_raw_data();
      const int64_t elements = static_cast<int64_t>(raw.size()) / BytesOf(tensor.data_type());
      for (int change = 0; elements > 0 && change < 1 + Below(random, 3); ++change) {
        SetElement(raw, tensor.data_type(), Below(random, static_cast<int>(elements)), random);
      }
      return;
    }
  }
  if (!OneIn(random, 8)) FitData(tensor, random);
}

TensorProto AnyTensor(Random& random) {
  TensorProto tensor;
  tensor.set_data_type(AnyType(random));
  for (int rank = Below(random, 5); rank > 0; --rank) tensor.add_dims(AnyExtent(random));
  FitData(tensor, random);
  return tensor;
}

const onnx::Operator& AnyOperator(Random& random) {
  const auto operators = onnx::AllOperators();
  return *Pick(random, operators);
}

void SetAttribute(AttributeProto& attribute, onnx::AttributeType type, Random& random) {
  static const char* const kTexts[] = {"SAME_UPPER",
                                       "SAME_LOWER",
                                       "VALID",
                                       "NOTSET",
                                       "linear",
                                       "nearest",
                                       "cubic",
                                       "reflect",
                                       "edge",
                                       "wrap",
                                       "constant",
                                       "floor",
                                       "ceil",
                                       "asymmetric",
                                       "align_corners",
                                       "half_pixel",
                                       "tf_crop_and_resize",
                                       "ij,jk->ik",
                                       "ii->i",
                                       "...i,i...->",
                                       "Tanh",
                                       "Sigmoid",
                                       "reverse",
                                       "bidirectional",
                                       "add",
                                       "mul",
                                       "max",
                                       "min",
                                       "sum",
                                       "mean",
                                       "none",
                                       "",
                                       "DCR",
                                       "CRD",
                                       "LEFT"};
  switch (type) {
    case onnx::AttributeType::kInt:
      attribute.set_type(AttributeProto::INT);
      return attribute.set_i(AnyInt(random));
    case onnx::AttributeType::kFloat:
      attribute.set_type(AttributeProto::FLOAT);
      return attribute.set_f(AnyFloat(random));
    case onnx::AttributeType::kString:
      attribute.set_type(AttributeProto::STRING);
      return attribute.set_s(Pick(random, kTexts));
    case onnx::AttributeType::kInts:
      attribute.set_type(AttributeProto::INTS);
      if (attribute.ints().empty() || OneIn(random, 4)) attribute.add_ints(AnyInt(random));
      return MutateExtents(*attribute.mutable_ints(), random);
    case onnx::AttributeType::kFloats:
      attribute.set_type(AttributeProto::FLOATS);
      return attribute.add_floats(AnyFloat(random));
    case onnx::AttributeType::kStrings:
      attribute.set_type(AttributeProto::STRINGS);
      return attribute.add_strings(Pick(random, kTexts));
    case onnx::AttributeType::kTensor:
      attribute.set_type(AttributeProto::TENSOR);
      if (!attribute.has_t()) *attribute.mutable_t() = AnyTensor(random);
      return MutateTensor(*attribute.mutable_t(), random);
  }
}

AttributeProto& FindOrAdd(NodeProto& node, std::string_view name) {
  for (AttributeProto& attribute : *node.mutable_attribute()) {
    if (attribute.name() == name) return attribute;
  }
  AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(std::string(name));
  return attribute;
}

// Mostly one that the operator knows, of the type that it has there.
void MutateAttribute(NodeProto& node, Random& random) {
  if (node.attribute_size() > 0 && OneIn(random, 6)) {
    node.mutable_attribute()->SwapElements(Below(random, node.attribute_size()),
                                           node.attribute_size() - 1);
    return node.mutable_attribute()->RemoveLast();
  }
  const onnx::Operator* op = onnx::FindOperator(node.op_type(), node.domain());
  const auto& specs = (op == nullptr || OneIn(random, 32) ? AnyOperator(random) : *op).attributes;
  if (specs.begin() == specs.end()) return;
  const auto count = static_cast<int>(specs.end() - specs.begin());
  const onnx::AttributeSpec& spec = *(specs.begin() + Below(random, count));
  const auto type =
      OneIn(random, 32) ? static_cast<onnx::AttributeType>(Below(random, 7)) : spec.type;
  SetAttribute(FindOrAdd(node, spec.name), type, random);
}

// One of as many inputs: another function of the same values.
void MutateOperator(NodeProto& node, Random& random) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const onnx::Operator& op = AnyOperator(random);
    const auto inputs = static_cast<size_t>(node.input_size());
    if (inputs < op.min_inputs || inputs > op.max_inputs) continue;
    node.set_op_type(std::string(op.op_type));
    node.set_domain(std::string(op.domain));
    if (OneIn(random, 2)) node.clear_attribute();
    return;
  }
}

void MutateEdge(GraphProto& graph, NodeProto& node, Random& random) {
  if (node.input_size() == 0 || OneIn(random, 5)) {
    node.add_input(AnyValue(graph, random));
  } else if (OneIn(random, 6)) {
    node.mutable_input()->RemoveLast();
  } else if (OneIn(random, 6)) {
    node.mutable_input()->SwapElements(0, Below(random, node.input_size()));
  } else {
    node.set_input(Below(random, node.input_size()), AnyValue(graph, random));
  }
}

void MutateOutputs(NodeProto& node, GraphProto& graph, Random& random) {
  if (node.output_size() == 0 || OneIn(random, 2)) {
    node.add_output(OneIn(random, 4) ? "" : FreshValue(graph, random));
  } else if (OneIn(random, 2)) {
    node.mutable_output()->RemoveLast();
  } else {
    node.set_output(Below(random, node.output_size()), AnyValue(graph, random));
  }
}

void AddOutput(GraphProto& graph, const std::string& name, Random& random) {
  ValueInfoProto& output = *graph.add_output();
  output.set_name(name);
  output.mutable_type()->mutable_tensor_type()->set_elem_type(AnyType(random));
}

// A node of any operator on values and weights, whose result is an output or goes into an edge.
void AddNode(GraphProto& graph, Random& random) {
  const onnx::Operator& op = AnyOperator(random);
  NodeProto node;
  node.set_op_type(std::string(op.op_type));
  node.set_domain(std::string(op.domain));
  const size_t most = std::min(op.max_inputs, op.min_inputs + 3);
  const size_t inputs = op.min_inputs + random() % (most - op.min_inputs + 1);
  for (size_t i = 0; i < inputs; ++i) {
    if (i > 0 && OneIn(random, 2)) {
      TensorProto& weights = *graph.add_initializer();
      weights = AnyTensor(random);
      weights.set_name(FreshValue(graph, random));
      node.add_input(weights.name());
    } else {
      node.add_input(AnyValue(graph, random));
    }
  }
  const std::string result = FreshValue(graph, random);
  node.add_output(result);
  for (int changes = Below(random, 3); changes > 0; --changes) MutateAttribute(node, random);
  if (graph.node_size() > 0 && OneIn(random, 2)) {
    NodeProto& reader = Pick(random, *graph.mutable_node());
    if (reader.input_size() > 0) reader.set_input(Below(random, reader.input_size()), result);
  } else {
    AddOutput(graph, result, random);
  }
  *graph.add_node() = node;
}

// What a model quantizes: value -> QuantizeLinear -> DequantizeLinear -> its readers.
void QuantizeValue(GraphProto& graph, Random& random) {
  const std::string value = AnyValue(graph, random);
  TensorProto& scale = *graph.add_initializer();
  scale.set_name(FreshValue(graph, random));
  scale.set_data_type(TensorProto::FLOAT);
  scale.add_float_data(OneIn(random, 8) ? AnyFloat(random) : 0.05f);
  TensorProto& zero = *graph.add_initializer();
  zero.set_name(FreshValue(graph, random));
  zero.set_data_type(OneIn(random, 2) ? TensorProto::UINT8 : TensorProto::INT8);
  zero.add_int32_data(Below(random, 128));
  const std::string names[] = {scale.name(), zero.name()};
  const std::string code = FreshValue(graph, random), real = FreshValue(graph, random);
  for (NodeProto& node : *graph.mutable_node()) {
    for (std::string& input : *node.mutable_input()) {
      if (input == value) input = real;
    }
  }
  for (const bool quantize : {true, false}) {
    NodeProto& node = *graph.add_node();
    node.set_op_type(quantize ? "QuantizeLinear" : "DequantizeLinear");
    node.add_input(quantize ? value : code);
    for (const std::string& name : names) node.add_input(name);
    node.add_output(quantize ? code : real);
  }
}

void MutateNodes(GraphProto& graph, Random& random) {
  const int kind = Below(random, 16);
  if (kind == 0) return AddNode(graph, random);
  if (kind == 1) return QuantizeValue(graph, random);
  if (graph.node_size() == 0) return;
  NodeProto& node = Pick(random, *graph.mutable_node());
  if (kind == 2) {
    graph.mutable_node()->SwapElements(Below(random, graph.node_size()), graph.node_size() - 1);
    return graph.mutable_node()->RemoveLast();
  }
  if (kind == 3) return MutateOperator(node, random);
  if (kind == 4) return MutateOutputs(node, graph, random);
  if (kind <= 8) return MutateEdge(graph, node, random);
  MutateAttribute(node, random);
}

void MutateDims(ValueInfoProto& info, Random& random) {
  auto& type = *info.mutable_type()->mutable_tensor_type();
  if (OneIn(random, 5)) return type.set_elem_type(AnyType(random));
  auto& shape = *type.mutable_shape();
  if (shape.dim_size() == 0 || OneIn(random, 6)) {
    shape.add_dim()->set_dim_value(AnyExtent(random));
  } else if (OneIn(random, 6)) {
    shape.mutable_dim()->RemoveLast();
  } else if (OneIn(random, 8)) {
    Pick(random, *shape.mutable_dim()).set_dim_param(OneIn(random, 2) ? "N" : "M");
  } else {
    Pick(random, *shape.mutable_dim()).set_dim_value(AnyExtent(random));
  }
}

// An input becomes a weight of its shape, so that what depends on it is known to the plan.
void BindInput(GraphProto& graph, Random& random) {
  if (graph.input_size() == 0) return;
  const ValueInfoProto& input = Pick(random, graph.input());
  TensorProto tensor;
  tensor.set_name(input.name());
  tensor.set_data_type(input.type().tensor_type().elem_type());
  for (const auto& dim : input.type().tensor_type().shape().dim()) {
    tensor.add_dims(dim.has_dim_value() ? dim.dim_value() : 1);
  }
  FitData(tensor, random);
  *graph.add_initializer() = tensor;
}

// A weight becomes an input of its shape.
void FreeWeight(GraphProto& graph, Random& random) {
  if (graph.initializer_size() == 0) return;
  auto& list = *graph.mutable_initializer();
  list.SwapElements(Below(random, list.size()), list.size() - 1);
  const TensorProto& tensor = list.Get(list.size() - 1);
  ValueInfoProto info;
  info.set_name(tensor.name());
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(tensor.data_type());
  type.mutable_shape();
  for (const int64_t dim : tensor.dims()) type.mutable_shape()->add_dim()->set_dim_value(dim);
  list.RemoveLast();
  for (const ValueInfoProto& input : graph.input()) {
    if (input.name() == info.name()) return;
  }
  *graph.add_input() = info;
}

void MutatePorts(GraphProto& graph, Random& random) {
  switch (Below(random, 8)) {
    case 0:
      return AddOutput(graph, AnyValue(graph, random), random);
    case 1:
      if (graph.output_size() > 1) graph.mutable_output()->RemoveLast();
      return;
    case 2:
      return BindInput(graph, random);
    case 3:
      return FreeWeight(graph, random);
    case 4:
      if (graph.output_size() > 0) MutateDims(Pick(random, *graph.mutable_output()), random);
      return;
    default:
      if (graph.input_size() > 0) MutateDims(Pick(random, *graph.mutable_input()), random);
  }
}

void MutateOpset(ModelProto& model, Random& random) {
  if (model.opset_import_size() == 0 || OneIn(random, 16)) model.add_opset_import();
  auto& opset = Pick(random, *model.mutable_opset_import());
  opset.set_version(OneIn(random, 16) ? AnyInt(random) : 7 + Below(random, 15));
}

}  // namespace

void MutateModel(ModelProto& model, Random& random) {
  GraphProto& graph = *model.mutable_graph();
  const int kind = Below(random, 24);
  if (kind == 0) return MutateOpset(model, random);
  if (kind < 5) return MutatePorts(graph, random);
  if (kind < 12 && graph.initializer_size() > 0) {
    return MutateTensor(Pick(random, *graph.mutable_initializer()), random);
  }
  MutateNodes(graph, random);
}

void CrossModels(ModelProto& model, const ModelProto& other, Random& random) {
  GraphProto& graph = *model.mutable_graph();
  const std::vector<std::string> values = Values(graph);
  std::set<std::string> taken(values.begin(), values.end());
  for (const NodeProto& node : other.graph().node()) {
    if (OneIn(random, 4)) continue;
    NodeProto& added = *graph.add_node();
    added = node;
    added.clear_name();
    for (std::string& output : *added.mutable_output()) {
      if (!taken.insert(output).second) output = FreshValue(graph, random);
      if (OneIn(random, 4)) AddOutput(graph, output, random);
    }
  }
  for (const TensorProto& tensor : other.graph().initializer()) {
    if (taken.insert(tensor.name()).second) *graph.add_initializer() = tensor;
  }
  for (const ValueInfoProto& input : other.graph().input()) {
    if (taken.insert(input.name()).second) *graph.add_input() = input;
  }
}

}  // namespace assay::fuzz
