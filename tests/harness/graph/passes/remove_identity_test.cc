#include "harness/graph/passes/remove_identity.h"

#include <gmock/gmock.h>

namespace assay {
namespace {

using testing::ElementsAre;

Node MakeNode(const std::string& op_type, const std::vector<std::string>& inputs,
              const std::vector<std::string>& outputs) {
  return {.name = outputs[0] + "_node",
          .op_type = op_type,
          .domain = "",
          .inputs = inputs,
          .outputs = outputs,
          .attributes = {}};
}

Graph MakeGraph(std::vector<Node> nodes, const std::vector<std::string>& outputs = {"y"}) {
  Graph graph;
  graph.inputs = {{.name = "x", .dims = {}}};
  for (const std::string& output : outputs) graph.outputs.push_back({.name = output, .dims = {}});
  graph.initializers.emplace("w", Tensor::Scalar(1.0f));
  graph.nodes = std::move(nodes);
  return graph;
}

TEST(RemoveIdentity, ConsumersReadWhatChainsOfItRead) {
  Graph graph = MakeGraph({MakeNode("Identity", {"x"}, {"a"}), MakeNode("Identity", {"a"}, {"b"}),
                           MakeNode("Identity", {"w"}, {"v"}), MakeNode("Add", {"b", "v"}, {"y"})});
  ASSERT_TRUE(RemoveIdentity(graph).ok());
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_THAT(graph.nodes[0].inputs, ElementsAre("x", "w"));
}

TEST(RemoveIdentity, AnOutputKeepsItsName) {
  Graph graph = MakeGraph({MakeNode("Relu", {"x"}, {"a"}), MakeNode("Identity", {"a"}, {"y"}),
                           MakeNode("Identity", {"y"}, {"b"}), MakeNode("Add", {"a", "b"}, {"z"})},
                          {"y", "z"});
  ASSERT_TRUE(RemoveIdentity(graph).ok());
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_THAT(graph.nodes[0].outputs, ElementsAre("y"));
  EXPECT_THAT(graph.nodes[1].inputs, ElementsAre("y", "y"));
}

TEST(RemoveIdentity, AConstantMayBeAnOutput) {
  Graph graph = MakeGraph({MakeNode("Identity", {"w"}, {"y"})});
  ASSERT_TRUE(RemoveIdentity(graph).ok());
  EXPECT_TRUE(graph.nodes.empty());
  EXPECT_NE(graph.Initializer("y"), nullptr);
}

TEST(RemoveIdentity, StaysBetweenInputAndOutputAndBetweenTwoOutputs) {
  Graph graph = MakeGraph({MakeNode("Identity", {"x"}, {"y"}), MakeNode("Relu", {"x"}, {"a"}),
                           MakeNode("Identity", {"a"}, {"z"}), MakeNode("Identity", {"a"}, {"u"})},
                          {"y", "z", "u"});
  ASSERT_TRUE(RemoveIdentity(graph).ok());
  ASSERT_EQ(graph.nodes.size(), 3u);
  EXPECT_EQ(graph.nodes[0].op_type, "Identity");
  EXPECT_THAT(graph.nodes[1].outputs, ElementsAre("z"));
  EXPECT_THAT(graph.nodes[2].inputs, ElementsAre("z"));
  EXPECT_THAT(graph.nodes[2].outputs, ElementsAre("u"));
}

}  // namespace
}  // namespace assay
