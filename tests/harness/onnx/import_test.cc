#include "harness/onnx/import.h"

#include <gmock/gmock.h>

#include <ctime>
#include <set>

#include "harness/onnx/operator.h"
#include "tests/harness/onnx/model_builder.h"

namespace assay::onnx {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct SharedModel {
  const char* path;
  size_t nodes;  // Without constants.
  const char* input;
  const char* output;
};

void PrintTo(const SharedModel& model, std::ostream* stream) { *stream << model.path; }

class SharedModelTest : public testing::TestWithParam<SharedModel> {};

// Every node is of the canonical opset, uniquely named, and after what it reads.
void ExpectCanonical(const Graph& graph) {
  std::set<std::string> names;
  std::set<std::string> values;
  for (const ValueInfo& input : graph.inputs) values.insert(input.name);
  for (const auto& [name, tensor] : graph.initializers) values.insert(name);
  for (const Node& node : graph.nodes) {
    const Operator* op = FindOperator(node.op_type, node.domain);
    ASSERT_NE(op, nullptr) << node.op_type;
    const Status status = CheckCanonical(node, *op);
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_TRUE(!node.name.empty() && names.insert(node.name).second) << node.name;
    EXPECT_NE(node.op_type, "Constant");
    EXPECT_NE(node.op_type, "Dropout");
    for (const std::string& input : node.inputs) {
      EXPECT_TRUE(input.empty() || values.contains(input)) << input;
    }
    values.insert(node.outputs.begin(), node.outputs.end());
  }
}

TEST_P(SharedModelTest, IsImportedIntoTheCanonicalForm) {
  const auto path = std::filesystem::path(ASSAY_SHARED_DATA) / GetParam().path;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not on this machine";
  const auto graph = Import(path);
  ASSERT_TRUE(graph.ok()) << graph.message();
  EXPECT_EQ(graph->nodes.size(), GetParam().nodes);
  ASSERT_EQ(graph->inputs.size(), 1u);
  EXPECT_EQ(graph->inputs[0].ToString(), GetParam().input);
  EXPECT_EQ(graph->outputs[0].ToString(), GetParam().output);
  ExpectCanonical(*graph);
}

INSTANTIATE_TEST_SUITE_P(
    , SharedModelTest,
    testing::Values(SharedModel{"cifar10/resnet20.onnx", 56, "input: float[N, 3, 32, 32]",
                                "logits: float[N, 10]"},
                    SharedModel{"cifar10/resnet8.onnx", 23, "input: float[N, 3, 32, 32]",
                                "output: float[N, 10]"},
                    SharedModel{"imagenet/mobilenetv1_025.onnx", 57, "input: float[N, 3, 224, 224]",
                                "output: float[N, 1001]"},
                    SharedModel{"imagenet/squeezenet1.1.onnx", 65, "data: float[N, 3, 227, 227]",
                                "logits: float[N, 1000]"},
                    SharedModel{"face/ultraface_rfb320.onnx", 242 - 31,
                                "input: float[1, 3, 240, 320]", "scores: float[1, 4420, 2]"}),
    [](const auto& info) {
      return std::filesystem::path(info.param.path).stem().string().substr(0, 8);
    });

TEST(Import, NamesTheFileOfEveryError) {
  const TemporaryFolder folder;
  const auto text = folder.Write("notes.onnx", "these are not the bytes of a model");
  const auto missing = folder.path() / "missing.onnx";
  EXPECT_THAT(Import(text).message(), AllOf(HasSubstr(text.string()), HasSubstr("not an ONNX")));
  EXPECT_THAT(Import(missing).message(), HasSubstr(missing.string()));
  EXPECT_THAT(Import(folder.path()).message(), HasSubstr("is not a file"));
  EXPECT_THAT(Import(folder.Write("empty.onnx", "")).message(), HasSubstr("no graph"));
}

TEST(Import, ListsEveryUnsupportedNode) {
  ModelProto model = ReluModel();
  AddNode(model, "If", {"x"}, {"a"}).set_name("branch");
  AddNode(model, "FusedConv", {"x"}, {"b"}).set_domain("com.microsoft");
  AddNode(model, "Clip", {"x"}, {"c"});
  EXPECT_THAT(ImportError(model),
              AllOf(HasSubstr("2 of 4 nodes"), HasSubstr("'branch' (If, domain ai.onnx, opset 13)"),
                    HasSubstr("(FusedConv, domain com.microsoft, opset undeclared)")));
}

TEST(Import, SaysInWhichOpsetsAnOperatorIs) {
  ModelProto model = EmptyModel(8);
  AddNode(model, "ConstantOfShape", {"x"}, {"y"});
  EXPECT_THAT(ImportError(model), HasSubstr("opset 8), supported in opsets 9 to 21"));
}

TEST(Import, AcceptsOpsetsThatHaveTheOperatorAndAnyIrVersion) {
  for (int opset = 6; opset <= kMaxOpset; ++opset) {
    EXPECT_TRUE(ImportModel(ReluModel(opset)).ok()) << opset;
  }
  EXPECT_THAT(ImportError(ReluModel(5)), HasSubstr("opset 5), supported in opsets 6 to 21"));
  EXPECT_THAT(ImportError(ReluModel(0)), HasSubstr("opset 0 of domain ai.onnx; allowed: 1 to 21"));
  EXPECT_THAT(ImportError(ReluModel(22)), HasSubstr("opset 22"));
  ModelProto model = ReluModel();
  model.set_ir_version(10);
  EXPECT_TRUE(ImportModel(model).ok());
  model.clear_opset_import();
  EXPECT_THAT(ImportError(model), HasSubstr("no opset"));
  model.add_opset_import()->set_version(13);
  model.add_opset_import()->set_version(14);
  EXPECT_THAT(ImportError(model), HasSubstr("13 and 14"));
}

TEST(Import, TreatsTheDomainAiOnnxAsTheDefault) {
  ModelProto model = ReluModel();
  model.mutable_opset_import(0)->set_domain("ai.onnx");
  model.mutable_graph()->mutable_node(0)->set_domain("ai.onnx");
  EXPECT_EQ(MustImport(model).nodes.at(0).domain, "");
}

TEST(Import, NamesNamelessNodes) {
  ModelProto model = EmptyModel(13);
  AddNode(model, "Relu", {"x"}, {"a"}).set_name("Relu_1");
  AddNode(model, "Relu", {"a"}, {"b"}).clear_name();
  AddNode(model, "Relu", {"b"}, {"y"}).clear_name();
  const Graph graph = MustImport(model);
  ASSERT_EQ(graph.nodes.size(), 3u);
  EXPECT_EQ(graph.nodes[1].name, "Relu_1_1");
  EXPECT_EQ(graph.nodes[2].name, "Relu_2");
}

TEST(Import, SortsNodesAndDropsUnusedOnes) {
  ModelProto model = EmptyModel(13);
  AddNode(model, "Relu", {"a"}, {"y"});
  AddNode(model, "Exp", {"x"}, {"a"});
  AddNode(model, "Sqrt", {"x"}, {"unused"});
  AddFloats(model, "unused_too", {2});
  const Graph graph = MustImport(model);
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[0].op_type, "Exp");
  EXPECT_TRUE(graph.initializers.empty());
}

TEST(Import, DoesNotTakeInitializersForInputs) {
  ModelProto model = EmptyModel(7);
  model.set_ir_version(3);
  AddNode(model, "Add", {"x", "bias"}, {"y"});
  AddInput(model, "bias", {8});
  AddFloats(model, "bias", {8});
  const Graph graph = MustImport(model);
  EXPECT_EQ(graph.inputs.size(), 1u);
  EXPECT_EQ(graph.initializers.size(), 1u);
}

TEST(Import, KeepsSymbolsMetadataAndUnknownRank) {
  ModelProto model = ReluModel();
  auto& shape = *model.mutable_graph()
                     ->mutable_input(0)
                     ->mutable_type()
                     ->mutable_tensor_type()
                     ->mutable_shape();
  shape.mutable_dim(0)->set_dim_param("batch");
  shape.mutable_dim(1)->clear_value();
  auto& entry = *model.add_metadata_props();
  entry.set_key("author");
  entry.set_value("test");
  const Graph graph = MustImport(model);
  EXPECT_EQ(graph.inputs[0].ToString(), "x: float[batch, ?, 8, 8]");
  EXPECT_EQ(graph.outputs[0].ToString(), "y: float");
  EXPECT_EQ(graph.metadata.at("author"), "test");
}

TEST(Import, RefusesWhatIsNotAGraphOfTensors) {
  ModelProto model = ReluModel();
  AddAttribute(*model.mutable_graph()->mutable_node(0), "body", AttributeProto::GRAPH).mutable_g();
  EXPECT_THAT(ImportError(model), AllOf(HasSubstr("(Relu)"), HasSubstr("'body'"),
                                        HasSubstr("GRAPH"), HasSubstr("allowed: INT")));

  model = ReluModel();
  model.mutable_graph()->add_sparse_initializer()->mutable_values()->set_name("thin");
  EXPECT_THAT(ImportError(model), HasSubstr("sparse initializer 'thin'"));

  model = ReluModel();
  model.add_functions()->set_name("Swish");
  EXPECT_THAT(ImportError(model), HasSubstr("function 'Swish'"));

  model = ReluModel();
  model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_sequence_type();
  EXPECT_THAT(ImportError(model), HasSubstr("input 'x' is not declared as a tensor"));

  model = ReluModel();
  auto& input = *model.mutable_graph()->mutable_input(0);
  input.mutable_type()->mutable_tensor_type()->set_elem_type(TensorProto::FLOAT16);
  EXPECT_THAT(ImportError(model), HasSubstr("input 'x' is of float16; allowed: float, double"));
  input.mutable_type()->mutable_tensor_type()->set_elem_type(TensorProto::FLOAT);
  input.mutable_type()->mutable_tensor_type()->clear_shape();
  EXPECT_THAT(ImportError(model), HasSubstr("input 'x' declares no shape"));
}

TEST(Import, RefusesAbsurdExtents) {
  ModelProto model = EmptyModel(13, {1, -3});
  AddNode(model, "Relu", {"x"}, {"y"});
  EXPECT_THAT(ImportError(model), AllOf(HasSubstr("input 'x'"), HasSubstr("negative")));
  model = EmptyModel(13, {int64_t{1} << 32, int64_t{1} << 32});
  AddNode(model, "Relu", {"x"}, {"y"});
  EXPECT_THAT(ImportError(model), HasSubstr("more than 2^40"));
  model = EmptyModel(13, std::vector<int64_t>(17, 1));
  AddNode(model, "Relu", {"x"}, {"y"});
  EXPECT_THAT(ImportError(model), HasSubstr("17 axes; at most 16"));
}

TEST(Import, RefusesDuplicateNames) {
  ModelProto model = ReluModel();
  AddInput(model, "x", {1});
  EXPECT_THAT(ImportError(model), HasSubstr("input 'x' is there twice"));

  model = ReluModel();
  AddOutput(model, "y");
  EXPECT_THAT(ImportError(model), HasSubstr("output 'y' is there twice"));

  model = ReluModel();
  AddFloats(model, "w", {1});
  AddFloats(model, "w", {1});
  EXPECT_THAT(ImportError(model), HasSubstr("initializer 'w' is there twice"));

  model = ReluModel();
  AddNode(model, "Exp", {"x"}, {"y"});
  EXPECT_THAT(ImportError(model), HasSubstr("'y' is produced twice"));

  model = ReluModel();
  AddNode(model, "Exp", {"y"}, {"x"});
  EXPECT_THAT(ImportError(model), HasSubstr("'x' is a graph input and also produced"));

  model = ReluModel();
  AddFloats(model, "y", {1});
  EXPECT_THAT(ImportError(model), HasSubstr("'y' is produced twice"));

  model = ReluModel();
  AddNode(model, "Exp", {"x"}, {"z"}).set_name(model.graph().node(0).name());
  EXPECT_THAT(ImportError(model), HasSubstr("two nodes are named 'Relu_node1'"));

  model = ReluModel();
  AddNode(model, "Flatten", {"x"}, {"z"});
  SetInt(*model.mutable_graph()->mutable_node(1), "axis", 1);
  SetInt(*model.mutable_graph()->mutable_node(1), "axis", 1);
  EXPECT_THAT(ImportError(model), HasSubstr("attribute 'axis' is there twice"));
}

TEST(Import, RefusesDanglingValuesAndCycles) {
  ModelProto model = EmptyModel(13);
  AddNode(model, "Add", {"x", "nowhere"}, {"y"});
  EXPECT_THAT(ImportError(model), HasSubstr("input 'nowhere' is produced by nothing"));

  model = EmptyModel(13);
  EXPECT_THAT(ImportError(model), HasSubstr("output 'y' is produced by nothing"));

  model = EmptyModel(13);
  AddNode(model, "Add", {"x", "b"}, {"a"});
  AddNode(model, "Relu", {"a"}, {"b"});
  AddNode(model, "Relu", {"b"}, {"y"});
  EXPECT_THAT(ImportError(model), HasSubstr("cycle"));

  model = ReluModel();
  model.mutable_graph()->clear_output();
  EXPECT_THAT(ImportError(model), HasSubstr("no outputs"));
}

TEST(Import, RefusesNodesOfTheWrongForm) {
  ModelProto model = EmptyModel(13);
  AddNode(model, "Relu", {"x", "x"}, {"y"});
  EXPECT_THAT(ImportError(model), HasSubstr("it has 2 inputs; allowed: 1"));

  model = EmptyModel(13);
  AddNode(model, "Add", {"x", ""}, {"y"});
  EXPECT_THAT(ImportError(model), HasSubstr("it has 1 inputs; allowed: 2"));

  model = EmptyModel(13);
  AddNode(model, "Add", {"", "x"}, {"y"});
  EXPECT_THAT(ImportError(model), HasSubstr("input 0 is absent"));

  model = EmptyModel(13);
  AddNode(model, "Relu", {"x"}, {"y", "z"});
  EXPECT_THAT(ImportError(model), HasSubstr("it has 2 outputs; allowed: 1"));

  model = ReluModel();
  AddNode(model, "Exp", {"x"}, {});
  EXPECT_THAT(ImportError(model), HasSubstr("(Exp): it has no output"));
}

// A Relu with a graph in an attribute of a node of a graph, `depth` times.
ModelProto NestedModel(int depth) {
  ModelProto model = ReluModel();
  ::onnx::GraphProto* graph = model.mutable_graph();
  NodeProto* node = graph->mutable_node(0);
  for (int i = 0; i < depth; ++i) {
    node = AddAttribute(*node, "body", AttributeProto::GRAPH).mutable_g()->add_node();
  }
  return model;
}

TEST(Import, RefusesMoreNodesThanAnyModelHas) {
  ModelProto model = EmptyModel(13);
  for (int i = 0; i <= kMaxNodes; ++i) model.mutable_graph()->add_node();
  EXPECT_THAT(ImportError(model), HasSubstr("has 100001 nodes; at most 100000 are allowed"));
}

// What grows with the square of the inputs would take minutes.
TEST(Import, SumsOfManyInputsTakeLittleTime) {
  ModelProto model = EmptyModel(13);
  AddNode(model, "Sum", std::vector<std::string>(50'000, "x"), {"y"});
  const std::clock_t start = std::clock();
  EXPECT_EQ(MustImport(model).nodes.size(), 49'999u);
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 60);
}

// Found by fuzzing: start + rank overflowed.
TEST(Import, RefusesAxesOfLegacyBroadcastingBeyondTheRank) {
  for (const int64_t axis : {int64_t{3}, INT64_MAX, INT64_MIN}) {
    ModelProto model = EmptyModel(6);
    AddFloats(model, "b", {4, 8});
    NodeProto& node = AddNode(model, "Add", {"x", "b"}, {"y"});
    SetInt(node, "broadcast", 1);
    SetInt(node, "axis", axis);
    EXPECT_THAT(ImportError(model), HasSubstr("one at which the second operand fits"));
  }
}

TEST(Import, RefusesNestingWithoutEnd) {
  EXPECT_THAT(ImportError(NestedModel(10)), HasSubstr("GRAPH"));
  EXPECT_THAT(ImportError(NestedModel(1000)), HasSubstr("nested deeper than 64"));
}

}  // namespace
}  // namespace assay::onnx
