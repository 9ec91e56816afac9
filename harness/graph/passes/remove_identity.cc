#include "harness/graph/passes/remove_identity.h"

#include <map>
#include <set>
#include <string>

namespace assay {
namespace {

// Old names of values and the new ones, which may be renamed in turn.
class Renaming {
 public:
  void Add(const std::string& from, const std::string& to) { names_[from] = to; }

  const std::string& Of(const std::string& value) const {
    const std::string* name = &value;
    for (auto it = names_.find(*name); it != names_.end(); it = names_.find(*name)) {
      name = &it->second;
    }
    return *name;
  }

 private:
  std::map<std::string, std::string> names_;
};

}  // namespace

Status RemoveIdentity(Graph& graph) {
  std::set<std::string> inputs;
  std::set<std::string> outputs;
  for (const ValueInfo& input : graph.inputs) inputs.insert(input.name);
  for (const ValueInfo& output : graph.outputs) outputs.insert(output.name);

  Renaming renaming;
  std::erase_if(graph.nodes, [&](const Node& node) {
    if (node.op_type != "Identity" || !node.domain.empty()) return false;
    const std::string& from = renaming.Of(node.input(0));
    const std::string& to = node.outputs[0];
    if (!outputs.contains(to)) {
      renaming.Add(to, from);
    } else if (const Tensor* constant = graph.Initializer(from)) {
      graph.initializers.emplace(to, *constant);
    } else if (!inputs.contains(from) && !outputs.contains(from)) {
      renaming.Add(from, to);
    } else {
      return false;
    }
    return true;
  });
  for (Node& node : graph.nodes) {
    for (std::string& input : node.inputs) input = renaming.Of(input);
    for (std::string& output : node.outputs) output = renaming.Of(output);
  }
  RemoveUnused(graph);
  return {};
}

}  // namespace assay
