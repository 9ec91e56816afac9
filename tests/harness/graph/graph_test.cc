#include "harness/graph/graph.h"

#include <gmock/gmock.h>

#include "harness/graph/element_type.h"

namespace assay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Node MakeNode(const std::string& name, const std::vector<std::string>& inputs,
              const std::vector<std::string>& outputs) {
  return {.name = name,
          .op_type = "Op",
          .domain = "",
          .inputs = inputs,
          .outputs = outputs,
          .attributes = {}};
}

Graph MakeGraph(std::vector<Node> nodes) {
  Graph graph;
  graph.inputs = {{.name = "x", .dims = {}}};
  graph.outputs = {{.name = "y", .dims = {}}};
  graph.nodes = std::move(nodes);
  return graph;
}

std::vector<std::string> NodeNames(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

TEST(Node, ReadsAttributesWithFallbacks) {
  Node node;
  node.attributes = {{"i", int64_t{3}}, {"f", 0.5f}, {"l", std::vector<int64_t>{1, 2}}};
  EXPECT_EQ(node.Int("i", 0), 3);
  EXPECT_EQ(node.Int("f", 7), 7);
  EXPECT_EQ(node.Float("f", 0), 0.5f);
  EXPECT_EQ(node.String("s", "none"), "none");
  EXPECT_THAT(node.Ints("l"), ElementsAre(1, 2));
  EXPECT_FALSE(node.has_input(0));
}

TEST(ValueInfo, IsReadable) {
  ValueInfo info{.name = "x", .dims = {{.symbol = "N"}, {}, {.value = 3, .symbol = ""}}};
  EXPECT_EQ(info.ToString(), "x: float[N, ?, 3]");
  info.dims.clear();
  EXPECT_EQ(info.ToString(), "x: float[]");
  info.rank_known = false;
  EXPECT_EQ(info.ToString(), "x: float");
}

TEST(SortTopologically, KeepsAnOrderThatIsOne) {
  Graph graph = MakeGraph(
      {MakeNode("c", {"a"}, {"y"}), MakeNode("b", {"x"}, {"b"}), MakeNode("a", {"x"}, {"a"})});
  ASSERT_TRUE(SortTopologically(graph).ok());
  EXPECT_THAT(NodeNames(graph), ElementsAre("b", "a", "c"));
  ASSERT_TRUE(SortTopologically(graph).ok());
  EXPECT_THAT(NodeNames(graph), ElementsAre("b", "a", "c"));
}

TEST(SortTopologically, NamesWhatIsWrong) {
  Graph cycle = MakeGraph({MakeNode("a", {"b"}, {"a"}), MakeNode("b", {"a"}, {"b"})});
  EXPECT_THAT(SortTopologically(cycle).message(), HasSubstr("cycle through node 'a'"));
  Graph self = MakeGraph({MakeNode("a", {"a"}, {"a"})});
  EXPECT_THAT(SortTopologically(self).message(), HasSubstr("cycle"));
  Graph twice = MakeGraph({MakeNode("a", {"x"}, {"y"}), MakeNode("b", {"x"}, {"y"})});
  EXPECT_THAT(SortTopologically(twice).message(), HasSubstr("'y' is produced twice"));
  Graph dangling = MakeGraph({MakeNode("a", {"z"}, {"y"})});
  EXPECT_THAT(SortTopologically(dangling).message(), HasSubstr("'z' is produced by nothing"));
  Graph input = MakeGraph({MakeNode("a", {"x"}, {"x"})});
  EXPECT_THAT(SortTopologically(input).message(), HasSubstr("graph input"));
}

TEST(RemoveUnused, KeepsWhatAnOutputNeeds) {
  Graph graph = MakeGraph({MakeNode("a", {"x", "", "w"}, {"a"}), MakeNode("dead", {"a"}, {"d", ""}),
                           MakeNode("y", {"a", ""}, {"y"})});
  graph.initializers.emplace("w", Tensor::Scalar(1.0f));
  graph.initializers.emplace("unused", Tensor::Scalar(1.0f));
  RemoveUnused(graph);
  EXPECT_THAT(NodeNames(graph), ElementsAre("a", "y"));
  EXPECT_EQ(graph.initializers.size(), 1u);
}

TEST(Graph, FindsProducersConsumersAndFreshNames) {
  Graph graph = MakeGraph({MakeNode("a", {"x", "x"}, {"v"}), MakeNode("b", {"v"}, {"y"})});
  EXPECT_EQ(graph.Producer("v"), 0);
  EXPECT_EQ(graph.Producer("x"), -1);
  EXPECT_EQ(graph.Producer(""), -1);
  EXPECT_THAT(Consumers(graph).at("x"), ElementsAre(0, 0));
  FreshNames names(graph);
  EXPECT_EQ(names.Make("v"), "v_1");
  EXPECT_EQ(names.Make("v"), "v_2");
  EXPECT_EQ(names.Make("a"), "a_1");
  EXPECT_EQ(names.Make("x"), "x_1");  // An input.
  EXPECT_EQ(names.Make("new"), "new");
  EXPECT_EQ(names.Make("new"), "new_1");
  EXPECT_TRUE(graph.IsOutput("y"));
}

TEST(ElementType, NamesWhatOnnxNumbers) {
  for (DType dtype :
       {DType::kF32, DType::kF64, DType::kI64, DType::kI32, DType::kU8, DType::kI8, DType::kBool}) {
    EXPECT_EQ(FromElementType(ToElementType(dtype)), dtype);
    EXPECT_EQ(ElementTypeName(ToElementType(dtype)), Name(dtype));
    EXPECT_THAT(SupportedElementTypes(), HasSubstr(Name(dtype)));
  }
  EXPECT_EQ(FromElementType(10), std::nullopt);
  EXPECT_EQ(ElementTypeName(10), "float16");
  EXPECT_EQ(ElementTypeName(-1), "element type -1");
  EXPECT_EQ(ElementTypeName(1000), "element type 1000");
}

}  // namespace
}  // namespace assay
