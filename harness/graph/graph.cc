#include "harness/graph/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <queue>
#include <set>

namespace assay {
namespace {

template <typename T>
T Get(const Node& node, std::string_view name, T fallback) {
  const auto it = node.attributes.find(std::string(name));
  if (it == node.attributes.end()) return fallback;
  const T* value = std::get_if<T>(&it->second);
  return value == nullptr ? fallback : *value;
}

// value -> the node that makes it; an error when two do, or when an input is made again.
Result<std::map<std::string, int>> Producers(const Graph& graph) {
  std::map<std::string, int> producers;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& output : graph.nodes[i].outputs) {
      if (output.empty()) continue;
      const bool fresh = producers.emplace(output, static_cast<int>(i)).second;
      if (!fresh || graph.initializers.contains(output)) {
        return Error(
            fmt::format("node '{}': value '{}' is produced twice", graph.nodes[i].name, output));
      }
    }
  }
  for (const ValueInfo& input : graph.inputs) {
    if (producers.contains(input.name)) {
      return Error(fmt::format("value '{}' is a graph input and also produced by node '{}'",
                               input.name, graph.nodes[producers[input.name]].name));
    }
  }
  return producers;
}

}  // namespace

const std::string& Node::input(size_t index) const {
  static const std::string absent;
  return index < inputs.size() ? inputs[index] : absent;
}

int64_t Node::Int(std::string_view attribute, int64_t fallback) const {
  return Get<int64_t>(*this, attribute, fallback);
}

float Node::Float(std::string_view attribute, float fallback) const {
  return Get<float>(*this, attribute, fallback);
}

std::string Node::String(std::string_view attribute, std::string_view fallback) const {
  return Get<std::string>(*this, attribute, std::string(fallback));
}

std::vector<int64_t> Node::Ints(std::string_view attribute, std::vector<int64_t> fallback) const {
  return Get<std::vector<int64_t>>(*this, attribute, std::move(fallback));
}

bool Node::Has(std::string_view attribute) const {
  return attributes.contains(std::string(attribute));
}

std::string ValueInfo::ToString() const {
  if (!rank_known) return fmt::format("{}: {}", name, Name(dtype));
  std::string text = fmt::format("{}: {}[", name, Name(dtype));
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i > 0) text += ", ";
    text += dims[i].known() ? std::to_string(dims[i].value)
                            : (dims[i].symbol.empty() ? "?" : dims[i].symbol);
  }
  return text + "]";
}

const Tensor* Graph::Initializer(std::string_view value) const {
  const auto it = initializers.find(std::string(value));
  return it == initializers.end() ? nullptr : &it->second;
}

int Graph::Producer(std::string_view value) const {
  if (value.empty()) return -1;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (std::ranges::find(nodes[i].outputs, value) != nodes[i].outputs.end()) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

bool Graph::IsOutput(std::string_view value) const {
  return std::ranges::any_of(outputs,
                             [&](const ValueInfo& output) { return output.name == value; });
}

FreshNames::FreshNames(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    taken_.insert(node.name);
    taken_.insert(node.outputs.begin(), node.outputs.end());
  }
  for (const auto& [name, tensor] : graph.initializers) taken_.insert(name);
  for (const ValueInfo& input : graph.inputs) taken_.insert(input.name);
}

std::string FreshNames::Make(std::string_view stem) {
  std::string name(stem);
  if (taken_.insert(name).second) return name;
  int& number = tried_[name];
  do {
    name = fmt::format("{}_{}", stem, ++number);
  } while (!taken_.insert(name).second);
  return name;
}

std::map<std::string, std::vector<int>> Consumers(const Graph& graph) {
  std::map<std::string, std::vector<int>> consumers;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& input : graph.nodes[i].inputs) {
      if (!input.empty()) consumers[input].push_back(static_cast<int>(i));
    }
  }
  return consumers;
}

Status SortTopologically(Graph& graph) {
  ASSAY_ASSIGN_OR_RETURN(const auto producers, Producers(graph));
  std::set<std::string_view> sources;
  for (const ValueInfo& input : graph.inputs) sources.insert(input.name);
  for (const auto& [name, tensor] : graph.initializers) sources.insert(name);

  std::vector<int> pending(graph.nodes.size(), 0);
  std::vector<std::vector<int>> successors(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& input : graph.nodes[i].inputs) {
      if (input.empty()) continue;
      const auto producer = producers.find(input);
      if (producer != producers.end()) {
        ++pending[i];
        successors[static_cast<size_t>(producer->second)].push_back(static_cast<int>(i));
      } else if (!sources.contains(input)) {
        return Error(fmt::format("node '{}': input '{}' is produced by nothing",
                                 graph.nodes[i].name, input));
      }
    }
  }

  // Kahn's algorithm; the smallest index first keeps the given order where it can be kept.
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (size_t i = 0; i < pending.size(); ++i) {
    if (pending[i] == 0) ready.push(static_cast<int>(i));
  }
  std::vector<size_t> order;
  while (!ready.empty()) {
    const auto next = static_cast<size_t>(ready.top());
    ready.pop();
    order.push_back(next);
    for (int successor : successors[next]) {
      if (--pending[static_cast<size_t>(successor)] == 0) ready.push(successor);
    }
  }
  if (order.size() != graph.nodes.size()) {
    const auto stuck = std::ranges::find_if(pending, [](int count) { return count > 0; });
    return Error(fmt::format("the graph has a cycle through node '{}'",
                             graph.nodes[static_cast<size_t>(stuck - pending.begin())].name));
  }
  std::vector<Node> sorted;
  for (size_t index : order) sorted.push_back(std::move(graph.nodes[index]));
  graph.nodes = std::move(sorted);
  return {};
}

void RemoveUnused(Graph& graph) {
  std::set<std::string> used;
  for (const ValueInfo& output : graph.outputs) used.insert(output.name);
  std::vector<Node> kept;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool needed = std::ranges::any_of(node->outputs, [&](const std::string& output) {
      return !output.empty() && used.contains(output);
    });
    if (!needed) continue;
    used.insert(node->inputs.begin(), node->inputs.end());
    kept.push_back(std::move(*node));
  }
  std::ranges::reverse(kept);
  graph.nodes = std::move(kept);
  std::erase_if(graph.initializers, [&](const auto& entry) { return !used.contains(entry.first); });
}

}  // namespace assay
