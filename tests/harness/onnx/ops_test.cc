// Each operator's older and newer forms become the one of kCanonicalOpset.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "harness/onnx/export.h"
#include "harness/onnx/import.h"
#include "harness/onnx/operator.h"
#include "tests/harness/onnx/model_builder.h"

namespace assay::onnx {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A model of one node, which the tests then complete.
struct OneNode {
  OneNode(int64_t opset, const std::string& op_type, const std::vector<std::string>& inputs = {"x"},
          const std::vector<std::string>& outputs = {"y"})
      : model(EmptyModel(opset)) {
    AddNode(model, op_type, inputs, outputs);
  }
  NodeProto& node() { return *model.mutable_graph()->mutable_node(0); }

  ModelProto model;
};

std::vector<int64_t> Ints(const Graph& graph, const std::string& value) {
  const Tensor* tensor = graph.Initializer(value);
  if (tensor == nullptr || tensor->dtype() != DType::kI64) return {-999};
  const auto ints = tensor->as<int64_t>();
  return {ints.begin(), ints.end()};
}

TEST(Operators, AreUniqueAndDescribeTheCanonicalOpset) {
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const Operator* op : AllOperators()) {
    EXPECT_TRUE(names.emplace(op->domain, op->op_type).second) << op->op_type;
    EXPECT_LE(op->min_opset, op->max_opset) << op->op_type;
    EXPECT_LE(op->min_inputs, op->max_inputs) << op->op_type;
    EXPECT_EQ(FindOperator(op->op_type, op->domain), op);
  }
  EXPECT_GE(names.size(), 35u);
  EXPECT_EQ(FindOperator("Conv", "com.microsoft"), nullptr);
}

TEST(Attributes, ErrorsNameNodeOperatorAttributeFoundAndAllowed) {
  OneNode unknown(13, "Flatten");
  SetInt(unknown.node(), "axes", 1);
  EXPECT_THAT(ImportError(unknown.model),
              HasSubstr("node 'Flatten_node1' (Flatten): attribute 'axes' is not one of opset 13; "
                        "allowed: axis"));
  OneNode wrong_type(13, "Flatten");
  SetFloat(wrong_type.node(), "axis", 1);
  EXPECT_THAT(ImportError(wrong_type.model),
              HasSubstr("attribute 'axis' is of type float; allowed: int"));
  OneNode wrong_value(13, "Flatten");
  SetInt(wrong_value.node(), "axis", 5);
  EXPECT_THAT(ImportError(wrong_value.model), HasSubstr("attribute 'axis' is 5; allowed: -4 to 4"));
  OneNode too_new(12, "AveragePool");
  SetInts(too_new.node(), "kernel_shape", {2, 2});
  SetInts(too_new.node(), "dilations", {1, 1});
  EXPECT_THAT(ImportError(too_new.model), HasSubstr("not one of opset 12"));
}

TEST(Clip, BoundsBecomeInputs) {
  OneNode both(10, "Clip");
  SetFloat(both.node(), "min", 0);
  SetFloat(both.node(), "max", 6);
  const Graph graph = MustImport(both.model);
  const Node& node = graph.nodes.at(0);
  ASSERT_EQ(node.inputs.size(), 3u);
  EXPECT_TRUE(node.attributes.empty());
  EXPECT_EQ(graph.Initializer(node.input(1))->as<float>()[0], 0);
  EXPECT_EQ(graph.Initializer(node.input(2))->as<float>()[0], 6);
  EXPECT_EQ(graph.Initializer(node.input(2))->shape(), Shape{});

  OneNode upper(7, "Clip");
  SetFloat(upper.node(), "max", 6);
  EXPECT_EQ(MustImport(upper.model).nodes.at(0).input(1), "");
  OneNode late(11, "Clip");
  SetFloat(late.node(), "max", 6);
  EXPECT_THAT(ImportError(late.model), HasSubstr("not one of opset 11; allowed: none"));
}

TEST(Slice, AttributesBecomeInputs) {
  OneNode slice(9, "Slice");
  SetInts(slice.node(), "starts", {0, 1});
  SetInts(slice.node(), "ends", {2, 3});
  SetInts(slice.node(), "axes", {2, 3});
  const Graph graph = MustImport(slice.model);
  const Node& node = graph.nodes.at(0);
  ASSERT_EQ(node.inputs.size(), 4u);
  EXPECT_THAT(Ints(graph, node.input(1)), ElementsAre(0, 1));
  EXPECT_THAT(Ints(graph, node.input(2)), ElementsAre(2, 3));
  EXPECT_THAT(Ints(graph, node.input(3)), ElementsAre(2, 3));
  EXPECT_TRUE(node.attributes.empty());
}

TEST(Slice, ChecksConstants) {
  OneNode missing(9, "Slice");
  SetInts(missing.node(), "starts", {0});
  EXPECT_THAT(ImportError(missing.model), HasSubstr("attribute 'ends' is missing"));
  OneNode uneven(13, "Slice", {"x", "starts", "ends"});
  AddInts(uneven.model, "starts", {0});
  AddInts(uneven.model, "ends", {1, 2});
  EXPECT_THAT(ImportError(uneven.model), HasSubstr("has 2 values, and starts 'starts' has 1"));
  OneNode still(13, "Slice", {"x", "a", "b", "c", "steps"});
  for (const char* name : {"a", "b", "c", "steps"}) AddInts(still.model, name, {0});
  EXPECT_THAT(ImportError(still.model), HasSubstr("step of 0"));
}

TEST(SqueezeAndUnsqueeze, AxesBecomeAnInput) {
  for (const char* op : {"Squeeze", "Unsqueeze"}) {
    OneNode old(11, op);
    SetInts(old.node(), "axes", {0});
    const Graph graph = MustImport(old.model);
    EXPECT_THAT(Ints(graph, graph.nodes.at(0).input(1)), ElementsAre(0)) << op;
    EXPECT_TRUE(graph.nodes.at(0).attributes.empty()) << op;
  }
  EXPECT_EQ(MustImport(OneNode(11, "Squeeze").model).nodes.at(0).inputs.size(), 1u);
  EXPECT_THAT(ImportError(OneNode(11, "Unsqueeze").model), HasSubstr("'axes' is missing"));
  EXPECT_THAT(ImportError(OneNode(13, "Unsqueeze").model), HasSubstr("1 inputs; allowed: 2"));
}

TEST(Pad, AttributesBecomeInputs) {
  OneNode pad(10, "Pad");
  SetString(pad.node(), "mode", "constant");
  SetInts(pad.node(), "pads", {0, 0, 1, 1, 0, 0, 1, 1});
  SetFloat(pad.node(), "value", 2);
  const Graph graph = MustImport(pad.model);
  const Node& node = graph.nodes.at(0);
  EXPECT_THAT(Ints(graph, node.input(1)), ElementsAre(0, 0, 1, 1, 0, 0, 1, 1));
  EXPECT_EQ(graph.Initializer(node.input(2))->as<float>()[0], 2);
  EXPECT_TRUE(node.attributes.empty());
}

TEST(Pad, AxesOfOpset18AreExpanded) {
  OneNode pad(18, "Pad", {"x", "pads", "", "axes"});
  AddInts(pad.model, "pads", {1, 2, 3, 4});
  AddInts(pad.model, "axes", {-1, 1});
  const Graph graph = MustImport(pad.model);
  const Node& node = graph.nodes.at(0);
  EXPECT_EQ(node.inputs.size(), 2u);
  EXPECT_THAT(Ints(graph, node.input(1)), ElementsAre(0, 2, 0, 1, 0, 4, 0, 3));
  OneNode outside(18, "Pad", {"x", "pads", "", "axes"});
  AddInts(outside.model, "pads", {1, 2});
  AddInts(outside.model, "axes", {4});
  EXPECT_THAT(ImportError(outside.model), HasSubstr("axes [4] do not fit"));
}

TEST(Pad, ChecksModeAndLength) {
  OneNode wrap(18, "Pad", {"x", "pads"});
  AddInts(wrap.model, "pads", {0, 0, 0, 0, 0, 0, 0, 0});
  SetString(wrap.node(), "mode", "wrap");
  EXPECT_THAT(ImportError(wrap.model),
              HasSubstr("'mode' is 'wrap'; allowed: constant, reflect, edge"));
  wrap.model.mutable_opset_import(0)->set_version(19);
  EXPECT_EQ(MustImport(wrap.model).nodes.at(0).String("mode", ""), "wrap");
  OneNode odd(13, "Pad", {"x", "pads"});
  AddInts(odd.model, "pads", {0, 0, 0});
  EXPECT_THAT(ImportError(odd.model), HasSubstr("3 values; allowed: 8"));
}

TEST(Softmax, OfTheLastAxisStays) {
  OneNode last(11, "Softmax");
  SetInt(last.node(), "axis", 3);
  EXPECT_EQ(MustImport(last.model).nodes.size(), 1u);
  OneNode negative(9, "Softmax");
  SetInt(negative.node(), "axis", -1);
  EXPECT_EQ(MustImport(negative.model).nodes.size(), 1u);
  OneNode modern(13, "Softmax");
  EXPECT_EQ(MustImport(modern.model).nodes.at(0).Int("axis", -1), -1);

  ModelProto flattened = EmptyModel(11);
  AddNode(flattened, "Flatten", {"x"}, {"flat"});
  AddNode(flattened, "Softmax", {"flat"}, {"y"});
  const Graph graph = MustImport(flattened);
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[1].Int("axis", -1), 1);
}

TEST(Softmax, OfAnotherAxisIsFlattenedBeforeOpset13) {
  OneNode softmax(11, "Softmax");  // axis 1 of rank 4
  const Graph graph = MustImport(softmax.model);
  ASSERT_EQ(graph.nodes.size(), 4u);
  EXPECT_EQ(graph.nodes[0].op_type, "Flatten");
  EXPECT_EQ(graph.nodes[0].Int("axis", 0), 1);
  EXPECT_EQ(graph.nodes[1].op_type, "Softmax");
  EXPECT_EQ(graph.nodes[1].Int("axis", 0), 1);
  EXPECT_EQ(graph.nodes[1].input(0), graph.nodes[0].outputs[0]);
  EXPECT_EQ(graph.nodes[2].op_type, "Shape");
  EXPECT_EQ(graph.nodes[2].input(0), "x");
  EXPECT_EQ(graph.nodes[3].op_type, "Reshape");
  EXPECT_THAT(graph.nodes[3].inputs,
              ElementsAre(graph.nodes[1].outputs[0], graph.nodes[2].outputs[0]));
  EXPECT_THAT(graph.nodes[3].outputs, ElementsAre("y"));
}

TEST(Dropout, BecomesIdentity) {
  OneNode old(10, "Dropout", {"x"}, {"y", "mask"});
  SetFloat(old.node(), "ratio", 0.5f);
  const Graph graph = MustImport(old.model);
  EXPECT_EQ(graph.nodes.at(0).op_type, "Identity");
  EXPECT_TRUE(graph.nodes.at(0).attributes.empty());
  EXPECT_THAT(graph.nodes.at(0).outputs, ElementsAre("y"));

  OneNode modern(13, "Dropout", {"x", "ratio", "training"});
  AddFloats(modern.model, "ratio", {}).set_float_data(0, 0.5f);
  TensorProto& training = *modern.model.mutable_graph()->add_initializer();
  training.set_name("training");
  training.set_data_type(TensorProto::BOOL);
  training.add_int32_data(0);
  EXPECT_THAT(MustImport(modern.model).nodes.at(0).inputs, ElementsAre("x"));
  training.set_int32_data(0, 1);
  EXPECT_THAT(ImportError(modern.model), HasSubstr("training_mode 'training'"));
  modern.model.mutable_graph()->mutable_initializer(0)->set_float_data(0, 0);  // Drops nothing.
  EXPECT_EQ(MustImport(modern.model).nodes.at(0).op_type, "Identity");
}

TEST(Dropout, MakesAMaskOfTrue) {
  OneNode dropout(10, "Dropout", {"x"}, {"z", "y"});
  const Graph graph = MustImport(dropout.model);
  EXPECT_EQ(graph.nodes.back().op_type, "ConstantOfShape");
  EXPECT_THAT(graph.nodes.back().outputs, ElementsAre("y"));
  OneNode old(9, "Dropout", {"x"}, {"z", "y"});
  EXPECT_THAT(ImportError(old.model), HasSubstr("the mask 'y' is not of bool"));
}

TEST(Dropout, OfOldMustSayThatItIsATest) {
  OneNode dropout(6, "Dropout");
  EXPECT_THAT(ImportError(dropout.model), HasSubstr("'is_test' is missing"));
  SetInt(dropout.node(), "is_test", 1);
  EXPECT_EQ(MustImport(dropout.model).nodes.at(0).op_type, "Identity");
}

TEST(LegacyBroadcast, AxesFollowTheSecondOperands) {
  OneNode add(6, "Add", {"x", "b"});  // x has rank 4.
  AddFloats(add.model, "b", {3});
  SetInt(add.node(), "broadcast", 1);
  SetInt(add.node(), "axis", 1);
  const Graph graph = MustImport(add.model);
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[0].op_type, "Unsqueeze");
  EXPECT_THAT(Ints(graph, graph.nodes[0].input(1)), ElementsAre(1, 2));
  EXPECT_THAT(graph.nodes[1].inputs, ElementsAre("x", graph.nodes[0].outputs[0]));
  SetInt(add.node(), "axis", 4);
  EXPECT_THAT(ImportError(add.model), HasSubstr("attribute 'axis'"));
}

TEST(Sum, IsAddOnceOrMore) {
  const Graph graph = MustImport(OneNode(13, "Sum", {"x", "x", "x"}).model);
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[0].op_type, "Add");
  EXPECT_EQ(graph.nodes[1].op_type, "Add");
  EXPECT_EQ(MustImport(OneNode(13, "Sum").model).nodes.at(0).op_type, "Identity");
}

TEST(ReduceSum, AxesBecomeTheInput) {
  OneNode old(11, "ReduceSum");
  SetInts(old.node(), "axes", {1, 2});
  const Graph graph = MustImport(old.model);
  EXPECT_THAT(Ints(graph, graph.nodes.at(0).input(1)), ElementsAre(1, 2));
  OneNode noop(13, "ReduceSum");
  SetInt(noop.node(), "noop_with_empty_axes", 1);
  EXPECT_EQ(MustImport(noop.model).nodes.at(0).op_type, "Identity");
}

TEST(Upsample, IsTheResizeOfOpset10) {
  OneNode upsample(9, "Upsample", {"x", "scales"});
  AddFloats(upsample.model, "scales", {4});
  const Node node = MustImport(upsample.model).nodes.at(0);
  EXPECT_EQ(node.op_type, "Resize");
  EXPECT_THAT(node.inputs, ElementsAre("x", "", "scales"));
  EXPECT_EQ(node.String("coordinate_transformation_mode", ""), "asymmetric");
  EXPECT_EQ(node.String("nearest_mode", ""), "floor");
}

TEST(BatchNormalization, IsOfInference) {
  const auto build = [](int64_t opset, const std::vector<std::string>& outputs = {"y"}) {
    OneNode norm(opset, "BatchNormalization", {"x", "s", "b", "m", "v"}, outputs);
    for (const char* name : {"s", "b", "m", "v"}) AddFloats(norm.model, name, {4});
    return norm;
  };
  OneNode plain = build(8, {"y", "mean", "var", "", ""});
  SetInt(plain.node(), "spatial", 1);
  const Graph graph = MustImport(plain.model);
  EXPECT_TRUE(graph.nodes.at(0).attributes.empty());
  EXPECT_EQ(graph.nodes.at(0).outputs.size(), 1u);
  OneNode not_spatial = build(8);
  SetInt(not_spatial.node(), "spatial", 0);
  EXPECT_THAT(ImportError(not_spatial.model), HasSubstr("'spatial' is 0; allowed: 1"));
  OneNode training = build(15);
  SetInt(training.node(), "training_mode", 1);
  EXPECT_THAT(ImportError(training.model), HasSubstr("'training_mode' is 1; allowed: 0 to 0"));
  EXPECT_THAT(ImportError(build(8, {"other", "y"}).model), HasSubstr("output 'y' is used"));
}

TEST(ReduceMean, AxesInputOfOpset18BecomesTheAttribute) {
  OneNode reduce(18, "ReduceMean", {"x", "axes"});
  AddInts(reduce.model, "axes", {2, 3});
  SetInt(reduce.node(), "keepdims", 0);
  const Graph graph = MustImport(reduce.model);
  EXPECT_THAT(graph.nodes.at(0).Ints("axes"), ElementsAre(2, 3));
  EXPECT_EQ(graph.nodes.at(0).inputs.size(), 1u);
  OneNode variable(18, "ReduceMean", {"x", "x"});
  EXPECT_THAT(ImportError(variable.model), HasSubstr("not a constant list of integers"));
  OneNode outside(13, "ReduceMean");
  SetInts(outside.node(), "axes", {4});
  EXPECT_THAT(ImportError(outside.model), HasSubstr("'axes' is [4]"));
}

TEST(ReduceMean, OverNoAxesMayBeANoOp) {
  OneNode reduce(18, "ReduceMean");
  SetInt(reduce.node(), "noop_with_empty_axes", 1);
  EXPECT_EQ(MustImport(reduce.model).nodes.at(0).op_type, "Identity");
  OneNode all(18, "ReduceMean");
  SetInt(all.node(), "noop_with_empty_axes", 0);
  EXPECT_EQ(MustImport(all.model).nodes.at(0).op_type, "ReduceMean");
}

// What else the operator does is done to every element.
TEST(Reductions, OverNoAxesMayStillComputeSomething) {
  for (const auto& [op, becomes] : {std::pair("ReduceLogSum", "Log"),
                                    {"ReduceSumSquare", "Mul"},
                                    {"ReduceL1", "Abs"},
                                    {"ReduceL2", "Abs"},
                                    {"ReduceLogSumExp", "Identity"},
                                    {"ReduceSum", "Identity"}}) {
    OneNode reduce(18, op);
    SetInt(reduce.node(), "noop_with_empty_axes", 1);
    EXPECT_EQ(MustImport(reduce.model).nodes.at(0).op_type, becomes) << op;
  }
}

TEST(Split, ChecksTheNumberOfOutputs) {
  OneNode split(18, "Split", {"x"}, {"y", "z"});
  SetInt(split.node(), "num_outputs", 3);
  EXPECT_THAT(ImportError(split.model), HasSubstr("'num_outputs' is 3; allowed: 2"));
  split.node().clear_attribute();
  SetInt(split.node(), "num_outputs", 2);
  EXPECT_FALSE(MustImport(split.model).nodes.at(0).Has("num_outputs"));
}

// What no canonical form can say stays as it is; such a model is not written.
TEST(Resize, AttributesOfOpset18Stay) {
  OneNode resize(18, "Resize", {"x", "", "", "sizes"});
  AddInts(resize.model, "sizes", {3, 4});
  SetInts(resize.node(), "axes", {2, 3});
  SetInt(resize.node(), "antialias", 0);
  SetString(resize.node(), "keep_aspect_ratio_policy", "not_larger");
  const Graph graph = MustImport(resize.model);
  EXPECT_THAT(graph.nodes.at(0).Ints("axes"), ElementsAre(2, 3));
  EXPECT_FALSE(graph.nodes.at(0).Has("antialias"));
  EXPECT_TRUE(graph.nodes.at(0).Has("keep_aspect_ratio_policy"));
  EXPECT_THAT(Serialize(graph).message(), HasSubstr("opset 18, models are written in opsets up to"));
}

TEST(Constant, BecomesAnInitializer) {
  ModelProto model = EmptyModel(13);
  FillInts(*AddAttribute(AddNode(model, "Constant", {}, {"shape"}), "value", AttributeProto::TENSOR)
                .mutable_t(),
           {1, -1});
  SetFloat(AddNode(model, "Constant", {}, {"two"}), "value_float", 2);
  SetInts(AddNode(model, "Constant", {}, {"axes"}), "value_ints", {0});
  SetInt(AddNode(model, "Constant", {}, {"index"}), "value_int", 1);
  AddNode(model, "Reshape", {"x", "shape"}, {"a"});
  AddNode(model, "Mul", {"a", "two"}, {"b"});
  AddNode(model, "Unsqueeze", {"b", "axes"}, {"c"});
  AddNode(model, "Gather", {"c", "index"}, {"y"});
  const Graph graph = MustImport(model);
  EXPECT_EQ(graph.nodes.size(), 4u);
  EXPECT_THAT(Ints(graph, "shape"), ElementsAre(1, -1));
  EXPECT_THAT(Ints(graph, "axes"), ElementsAre(0));
  EXPECT_THAT(Ints(graph, "index"), ElementsAre(1));
  EXPECT_EQ(graph.Initializer("index")->shape(), Shape{});
  EXPECT_EQ(graph.Initializer("two")->as<float>()[0], 2);
}

TEST(Constant, RefusesStringsAndSparseTensors) {
  OneNode text(13, "Constant", {});
  SetString(text.node(), "value_string", "a");
  EXPECT_THAT(ImportError(text.model), HasSubstr("'value_string' is not one of opset 13"));
  OneNode sparse(13, "Constant", {});
  AddAttribute(sparse.node(), "sparse_value", AttributeProto::SPARSE_TENSOR);
  EXPECT_THAT(ImportError(sparse.model), HasSubstr("SPARSE_TENSOR"));
  OneNode nothing(13, "Constant", {});
  EXPECT_THAT(ImportError(nothing.model), HasSubstr("0 attributes and 1 outputs"));
}

TEST(Conv, ChecksWeightsAndWindow) {
  const auto build = [](const std::vector<int64_t>& weight) {
    OneNode conv(13, "Conv", {"x", "w"});
    AddFloats(conv.model, "w", weight);
    return conv;
  };
  EXPECT_TRUE(ImportModel(build({6, 4, 3, 3}).model).ok());
  EXPECT_THAT(ImportError(build({6, 4}).model), HasSubstr("shape [6, 4]; allowed: rank 3"));
  EXPECT_THAT(ImportError(build({6, 4, 0, 3}).model), HasSubstr("no extent of 0"));
  OneNode group = build({6, 2, 3, 3});
  SetInt(group.node(), "group", 4);
  EXPECT_THAT(ImportError(group.model), HasSubstr("divisible by group 4"));
  OneNode no_group = build({6, 4, 3, 3});
  SetInt(no_group.node(), "group", 0);
  EXPECT_THAT(ImportError(no_group.model), HasSubstr("'group' is 0; allowed: 1 to"));
  OneNode kernel = build({6, 4, 3, 3});
  SetInts(kernel.node(), "kernel_shape", {5, 5});
  EXPECT_THAT(ImportError(kernel.model), HasSubstr("kernel_shape"));
  OneNode strides = build({6, 4, 3, 3});
  SetInts(strides.node(), "strides", {1, 0});
  EXPECT_THAT(ImportError(strides.model),
              HasSubstr("'strides' is [1, 0]; allowed: 2 integers of 1"));
  OneNode pads = build({6, 4, 3, 3});
  SetInts(pads.node(), "pads", {1, 1});
  EXPECT_THAT(ImportError(pads.model), HasSubstr("'pads' is [1, 1]; allowed: 4 integers of 0"));
  OneNode huge = build({6, 4, 3, 3});
  SetInts(huge.node(), "pads", {1, 1, 1, int64_t{1} << 62});
  EXPECT_THAT(ImportError(huge.model), HasSubstr("allowed: 4 integers of 0 to 2147483647"));
  OneNode bias(13, "Conv", {"x", "w", "b"});
  AddFloats(bias.model, "w", {6, 4, 3, 3});
  AddFloats(bias.model, "b", {4});
  EXPECT_THAT(ImportError(bias.model), HasSubstr("input 'b' has shape [4]; allowed: [6]"));
}

TEST(Conv, AutoPadIsLeftOnlyWhereItNeedsTheShape) {
  const auto import = [](const std::string& auto_pad) {
    OneNode conv(13, "Conv", {"x", "w"});
    AddFloats(conv.model, "w", {6, 4, 3, 3});
    SetString(conv.node(), "auto_pad", auto_pad);
    SetInts(conv.node(), "pads", {1, 1, 1, 1});
    return ImportModel(conv.model);
  };
  EXPECT_EQ(import("NOTSET")->nodes.at(0).attributes.size(), 1u);
  EXPECT_TRUE(import("NOTSET")->nodes.at(0).Has("pads"));
  EXPECT_TRUE(import("VALID")->nodes.at(0).attributes.empty());
  EXPECT_EQ(import("SAME_LOWER")->nodes.at(0).String("auto_pad", ""), "SAME_LOWER");
  EXPECT_FALSE(import("SAME_LOWER")->nodes.at(0).Has("pads"));
  EXPECT_THAT(import("SAME").message(), HasSubstr("'auto_pad' is 'SAME'; allowed: NOTSET, SAME_"));
}

TEST(Pools, CheckTheirWindow) {
  EXPECT_THAT(ImportError(OneNode(13, "MaxPool").model), HasSubstr("'kernel_shape' is missing"));
  OneNode dilated(19, "AveragePool");
  SetInts(dilated.node(), "kernel_shape", {2, 2});
  SetInts(dilated.node(), "dilations", {2, 2});
  EXPECT_THAT(MustImport(dilated.model).nodes.at(0).Ints("dilations"), ElementsAre(2, 2));
  OneNode plain(19, "AveragePool");
  SetInts(plain.node(), "kernel_shape", {2, 2});
  SetInts(plain.node(), "dilations", {1, 1});
  EXPECT_FALSE(MustImport(plain.model).nodes.at(0).Has("dilations"));
  OneNode mode(13, "MaxPool");
  SetInts(mode.node(), "kernel_shape", {2, 2});
  SetInt(mode.node(), "ceil_mode", 2);
  EXPECT_THAT(ImportError(mode.model), HasSubstr("'ceil_mode' is 2; allowed: 0 to 1"));
}

TEST(Reshape, ChecksAConstantShape) {
  const auto build = [](const std::vector<int64_t>& shape) {
    OneNode reshape(14, "Reshape", {"x", "shape"});
    AddInts(reshape.model, "shape", shape);
    SetInt(reshape.node(), "allowzero", 0);
    return reshape;
  };
  EXPECT_TRUE(MustImport(build({0, -1}).model).nodes.at(0).attributes.empty());
  EXPECT_THAT(ImportError(build({-1, -1}).model), HasSubstr("shape 'shape' is [-1, -1]"));
  EXPECT_THAT(ImportError(build({-2}).model), HasSubstr("shape 'shape' is [-2]"));
  EXPECT_THAT(ImportError(build(std::vector<int64_t>(17, 1)).model), HasSubstr("at most 16"));
}

TEST(Transpose, TakesAPermutation) {
  for (const std::vector<int64_t>& perm :
       {std::vector<int64_t>{0, 1, 1, 2}, {0, 1, 2}, {0, 1, 2, 4}, {-1, 0, 1, 2}}) {
    OneNode transpose(13, "Transpose");
    SetInts(transpose.node(), "perm", perm);
    EXPECT_THAT(ImportError(transpose.model), HasSubstr("a permutation of 0 to 3"));
  }
}

TEST(ConcatAndGather, CheckTheirAxis) {
  EXPECT_THAT(ImportError(OneNode(13, "Concat").model), HasSubstr("'axis' is missing"));
  OneNode concat(13, "Concat", {"x", "x", "x"});
  SetInt(concat.node(), "axis", 4);
  EXPECT_THAT(ImportError(concat.model), HasSubstr("'axis' is 4; allowed: -4 to 3"));
  OneNode gather(13, "Gather", {"x", "i"});
  AddInts(gather.model, "i", {0});
  SetInt(gather.node(), "axis", -5);
  EXPECT_THAT(ImportError(gather.model), HasSubstr("'axis' is -5; allowed: -4 to 3"));
}

TEST(Cast, TakesTypesThatAssayHolds) {
  OneNode cast(19, "Cast");
  SetInt(cast.node(), "to", TensorProto::INT64);
  SetInt(cast.node(), "saturate", 1);
  EXPECT_EQ(MustImport(cast.model).nodes.at(0).attributes.size(), 1u);
  OneNode half(13, "Cast");
  SetInt(half.node(), "to", TensorProto::FLOAT16);
  EXPECT_THAT(ImportError(half.model), HasSubstr("'to' is float16; allowed: float, double"));
}

TEST(ConstantOfShape, TakesOneValue) {
  OneNode fill(9, "ConstantOfShape");
  FillInts(*AddAttribute(fill.node(), "value", AttributeProto::TENSOR).mutable_t(), {1, 2});
  EXPECT_THAT(ImportError(fill.model), HasSubstr("'value' is of shape [2]; allowed: one element"));
}

TEST(Shape, DropsTheDefaultStart) {
  OneNode shape(15, "Shape");
  SetInt(shape.node(), "start", 0);
  EXPECT_TRUE(MustImport(shape.model).nodes.at(0).attributes.empty());
}

// QuantizeLinear of x with scale 0.5 and, where given, a zero point of that type.
OneNode Quantize(int64_t opset, int zero_point_type, const std::string& op = "QuantizeLinear") {
  OneNode node(opset, op, {"x", "scale"});
  TensorProto& scale = *node.model.mutable_graph()->add_initializer();
  scale.set_name("scale");
  scale.set_data_type(TensorProto::FLOAT);
  scale.add_float_data(0.5f);
  if (zero_point_type == TensorProto::UNDEFINED) return node;
  TensorProto& zero_point = *node.model.mutable_graph()->add_initializer();
  zero_point.set_name("zero_point");
  zero_point.set_data_type(zero_point_type);
  zero_point.add_int32_data(0);
  node.node().add_input("zero_point");
  return node;
}

TEST(QuantizeLinear, ChecksScaleAndZeroPoint) {
  EXPECT_TRUE(ImportModel(Quantize(10, TensorProto::UINT8).model).ok());
  EXPECT_TRUE(ImportModel(Quantize(13, TensorProto::INT8).model).ok());
  EXPECT_THAT(ImportError(Quantize(13, TensorProto::INT32).model),
              HasSubstr("zero point 'zero_point' is int32; allowed: uint8, int8"));
  EXPECT_TRUE(ImportModel(Quantize(13, TensorProto::INT32, "DequantizeLinear").model).ok());
  OneNode negative = Quantize(13, TensorProto::UINT8);
  negative.model.mutable_graph()->mutable_initializer(0)->set_float_data(0, -1);
  EXPECT_THAT(ImportError(negative.model), HasSubstr("not positive"));
  negative.model.mutable_graph()->mutable_initializer(0)->set_float_data(0, NAN);
  EXPECT_THAT(ImportError(negative.model), HasSubstr("not finite"));
  OneNode longer = Quantize(13, TensorProto::UINT8);
  longer.model.mutable_graph()->mutable_initializer(1)->add_dims(2);
  longer.model.mutable_graph()->mutable_initializer(1)->add_int32_data(0);
  EXPECT_THAT(ImportError(longer.model), HasSubstr("has 2 values, and the scale 1"));
}

TEST(QuantizeLinear, RefusesBlocksAndTakesOutputType) {
  OneNode blocked = Quantize(21, TensorProto::UINT8);
  SetInt(blocked.node(), "block_size", 32);
  EXPECT_THAT(ImportError(blocked.model), HasSubstr("'block_size' is 32; allowed: 0 to 0"));
  OneNode typed = Quantize(21, TensorProto::UNDEFINED);
  SetInt(typed.node(), "output_dtype", TensorProto::INT8);
  const Graph graph = MustImport(typed.model);
  EXPECT_TRUE(graph.nodes.at(0).attributes.empty());
  EXPECT_EQ(graph.Initializer(graph.nodes.at(0).input(2))->dtype(), DType::kI8);
  OneNode contradiction = Quantize(21, TensorProto::UINT8);
  SetInt(contradiction.node(), "output_dtype", TensorProto::INT8);
  EXPECT_THAT(ImportError(contradiction.model), HasSubstr("'output_dtype' is int8"));
}

}  // namespace
}  // namespace assay::onnx
