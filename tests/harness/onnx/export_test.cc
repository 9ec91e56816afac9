#include "harness/onnx/export.h"

#include <gmock/gmock.h>

#include <cstring>
#include <iterator>

#include "harness/onnx/import.h"
#include "tests/harness/onnx/model_builder.h"

namespace assay::onnx {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void ExpectEqual(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.dtype(), b.dtype());
  ASSERT_EQ(a.shape(), b.shape());
  EXPECT_TRUE(a.bytes() == 0 || std::memcmp(a.data(), b.data(), a.bytes()) == 0);
}

void ExpectEqual(const Node& a, const Node& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.op_type, b.op_type);
  EXPECT_EQ(a.domain, b.domain);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.outputs, b.outputs);
  ASSERT_EQ(a.attributes.size(), b.attributes.size());
  for (const auto& [name, value] : a.attributes) {
    ASSERT_TRUE(b.Has(name)) << name;
    const Attribute& other = b.attributes.at(name);
    ASSERT_EQ(value.index(), other.index()) << name;
    std::visit(
        [&]<typename T>(const T& mine) {
          if constexpr (std::is_same_v<T, Tensor>) {
            ExpectEqual(mine, std::get<T>(other));
          } else {
            EXPECT_EQ(mine, std::get<T>(other)) << name;
          }
        },
        value);
  }
}

void ExpectEqual(const std::vector<ValueInfo>& a, const std::vector<ValueInfo>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].ToString(), b[i].ToString());
    EXPECT_EQ(a[i].dims, b[i].dims);
  }
}

void ExpectEqual(const Graph& a, const Graph& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.metadata, b.metadata);
  ExpectEqual(a.inputs, b.inputs);
  ExpectEqual(a.outputs, b.outputs);
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (size_t i = 0; i < a.nodes.size(); ++i) ExpectEqual(a.nodes[i], b.nodes[i]);
  ASSERT_EQ(a.initializers.size(), b.initializers.size());
  for (const auto& [name, tensor] : a.initializers) {
    ASSERT_NE(b.Initializer(name), nullptr) << name;
    ExpectEqual(tensor, *b.Initializer(name));
  }
}

ModelProto Parse(const Result<std::string>& bytes) {
  EXPECT_TRUE(bytes.ok()) << bytes.message();
  ModelProto model;
  EXPECT_TRUE(bytes.ok() && model.ParseFromString(*bytes));
  return model;
}

class RoundTripTest : public testing::TestWithParam<const char*> {};

TEST_P(RoundTripTest, GivesAnEqualGraphAndEqualBytes) {
  const auto path = std::filesystem::path(ASSAY_SHARED_DATA) / GetParam();
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not on this machine";
  const auto graph = Import(path);
  ASSERT_TRUE(graph.ok()) << graph.message();
  const TemporaryFolder folder;
  const auto exported = folder.path() / "exported.onnx";
  const Status status = Export(*graph, exported);
  ASSERT_TRUE(status.ok()) << status.message();
  const auto again = Import(exported);
  ASSERT_TRUE(again.ok()) << again.message();
  ExpectEqual(*graph, *again);
  EXPECT_EQ(*Serialize(*graph), *Serialize(*again));
  EXPECT_EQ(std::filesystem::file_size(exported), Serialize(*graph)->size());
}

INSTANTIATE_TEST_SUITE_P(, RoundTripTest,
                         testing::Values("cifar10/resnet20.onnx", "cifar10/resnet8.onnx",
                                         "imagenet/mobilenetv1_025.onnx",
                                         "imagenet/squeezenet1.1.onnx",
                                         "face/ultraface_rfb320.onnx"),
                         [](const auto& info) {
                           return std::filesystem::path(info.param).stem().string().substr(0, 8);
                         });

TEST(Export, KeepsEveryKindOfAttributeAndInput) {
  Graph graph;
  graph.name = "kinds";
  graph.metadata = {{"a", "1"}};
  graph.inputs = {{.name = "x", .dims = {{.symbol = "N"}, {}, {.value = 4, .symbol = ""}}}};
  graph.outputs = {{.name = "y", .dims = {}, .rank_known = false}};
  graph.initializers.emplace("low", Tensor::Scalar(0.0f));
  graph.nodes = {{.name = "clip",
                  .op_type = "Clip",
                  .domain = "",
                  .inputs = {"x", "", "low"},
                  .outputs = {"c"},
                  .attributes = {}},
                 {.name = "shape",
                  .op_type = "Shape",
                  .domain = "",
                  .inputs = {"c"},
                  .outputs = {"s"},
                  .attributes = {}},
                 {.name = "fill",
                  .op_type = "ConstantOfShape",
                  .domain = "",
                  .inputs = {"s"},
                  .outputs = {"f"},
                  .attributes = {{"value", Tensor::Of<float>(Shape{1}, std::vector{2.0f})}}},
                 {.name = "pool",
                  .op_type = "MaxPool",
                  .domain = "",
                  .inputs = {"f"},
                  .outputs = {"y"},
                  .attributes = {{"kernel_shape", std::vector<int64_t>{2}},
                                 {"auto_pad", std::string("SAME_UPPER")},
                                 {"ceil_mode", int64_t{1}}}}};
  const TemporaryFolder folder;
  const auto bytes = Serialize(graph);
  ASSERT_TRUE(bytes.ok()) << bytes.message();
  const auto again = Import(folder.Write("kinds.onnx", *bytes));
  ASSERT_TRUE(again.ok()) << again.message();
  ExpectEqual(graph, *again);
}

TEST(Serialize, SaysWhoMadeItAndHow) {
  Graph graph = MustImport(ReluModel());
  graph.metadata = {{"source", "test"}, {"assay.config", "old"}};
  const ModelProto model = Parse(Serialize(graph, {.metadata = {{"assay.config", "new"}}}));
  EXPECT_EQ(model.producer_name(), "assay");
  EXPECT_FALSE(model.producer_version().empty());
  ASSERT_EQ(model.metadata_props_size(), 2);
  EXPECT_EQ(model.metadata_props(0).key(), "assay.config");
  EXPECT_EQ(model.metadata_props(0).value(), "new");
  EXPECT_EQ(model.metadata_props(1).value(), "test");
}

TEST(Serialize, DeclaresTheLowestOpsetThatFits) {
  const auto opset_and_ir = [](const Graph& graph, const ExportOptions& options = {}) {
    const ModelProto model = Parse(Serialize(graph, options));
    return std::pair(model.opset_import(0).version(), model.ir_version());
  };
  EXPECT_EQ(opset_and_ir(MustImport(ReluModel(9))), std::pair(int64_t{13}, int64_t{7}));
  EXPECT_EQ(opset_and_ir(MustImport(ReluModel(21))), std::pair(int64_t{13}, int64_t{7}));
  EXPECT_EQ(opset_and_ir(MustImport(ReluModel()), {.opset = 17}),
            std::pair(int64_t{17}, int64_t{8}));

  ModelProto reshape = EmptyModel(14);
  AddInts(reshape, "shape", {0, 0});
  SetInt(AddNode(reshape, "Reshape", {"x", "shape"}, {"y"}), "allowzero", 1);
  EXPECT_EQ(opset_and_ir(MustImport(reshape)), std::pair(int64_t{14}, int64_t{7}));

  ModelProto shape = EmptyModel(15);
  SetInt(AddNode(shape, "Shape", {"x"}, {"y"}), "end", 2);
  EXPECT_EQ(opset_and_ir(MustImport(shape)), std::pair(int64_t{15}, int64_t{8}));
}

TEST(Serialize, RefusesWhatItCouldNotReadAgain) {
  Graph graph = MustImport(ReluModel());
  graph.nodes[0].op_type = "Rely";
  EXPECT_THAT(Serialize(graph).message(), HasSubstr("(Rely): its operator is not known"));
  graph.nodes[0].op_type = "Clip";
  graph.nodes[0].attributes["max"] = 6.0f;
  EXPECT_THAT(Serialize(graph).message(), HasSubstr("'max' is not one of opset 17"));
}

TEST(Export, ReplacesTheFileWholeOrNotAtAll) {
  const TemporaryFolder folder;
  const auto path = folder.Write("best.onnx", "old");
  Graph graph = MustImport(ReluModel());
  EXPECT_TRUE(Export(graph, path).ok());
  EXPECT_TRUE(Import(path).ok());
  graph.nodes[0].op_type = "Rely";
  EXPECT_FALSE(Export(graph, path).ok());
  EXPECT_TRUE(Import(path).ok());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Export, SaysWhereItCannotWrite) {
  const TemporaryFolder folder;
  const Graph graph = MustImport(ReluModel());
  EXPECT_THAT(Export(graph, folder.path() / "missing" / "best.onnx").message(),
              HasSubstr("missing/best.onnx"));
  std::filesystem::create_directories(folder.path() / "taken.onnx" / "inside");
  EXPECT_THAT(Export(graph, folder.path() / "taken.onnx").message(),
              HasSubstr("cannot be written: Is a directory"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Export, RefusesValuesOfLaterOpsets) {
  ModelProto model = EmptyModel(19);
  NodeProto& node = AddNode(model, "Pad", {"x", "pads"}, {"y"});
  AddInts(model, "pads", {0, 0, 0, 0, 0, 0, 0, 0});
  SetString(node, "mode", "wrap");
  EXPECT_THAT(Serialize(MustImport(model)).message(), HasSubstr("is of opset 19"));
  node.mutable_attribute(0)->set_s("edge");
  EXPECT_TRUE(Serialize(MustImport(model)).ok());
}

TEST(Serialize, DeclaresTheDomainsOfItsNodes) {
  Graph graph;
  graph.inputs.push_back({.name = "a", .dtype = DType::kU8, .dims = {Dim{2, ""}}});
  graph.initializers.emplace("s", Tensor::Scalar(1.0f));
  graph.nodes.push_back({.name = "add",
                         .op_type = "QLinearAdd",
                         .domain = "com.microsoft",
                         .inputs = {"a", "s", "", "a", "s", "", "s"},
                         .outputs = {"y"},
                         .attributes = {}});
  graph.outputs.push_back({.name = "y", .dtype = DType::kU8, .dims = {Dim{2, ""}}});
  const auto bytes = Serialize(graph);
  ASSERT_TRUE(bytes.ok()) << bytes.message();
  ModelProto model;
  ASSERT_TRUE(model.ParseFromString(*bytes));
  EXPECT_EQ(MustImport(model).nodes.at(0).domain, "com.microsoft");
}

}  // namespace
}  // namespace assay::onnx
