// Context: what the canonicalization of a node may ask of the graph around it, and add to it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/graph/graph.h"
#include "kernels/base/status.h"

namespace assay::onnx {

class Context {
 public:
  // `ranks`: value name -> rank, as far as the model declares it. The graph outlives the context.
  Context(Graph& graph, std::map<std::string, int> ranks);

  // The initializer of that name (Constant nodes have become initializers), or nullptr.
  const Tensor* Constant(std::string_view value) const;
  // The same as int64 values of a tensor of rank 0 or 1; nothing for other tensors.
  std::optional<std::vector<int64_t>> ConstantInts(std::string_view value) const;
  // Adds an initializer named like `stem`, and returns its name.
  std::string AddConstant(std::string_view stem, Tensor tensor);
  // Makes an initializer of a value that the node in work produces.
  void MakeConstant(const std::string& value, Tensor tensor);
  // Whether a node of the model reads the value, or it is an output.
  bool IsUsed(std::string_view value) const { return used_.contains(value); }

  std::optional<int> Rank(std::string_view value) const;
  void SetRank(const std::string& value, int rank) { ranks_[value] = rank; }

  // A name that no value and no node has.
  std::string FreshName(std::string_view stem) { return names_.Make(stem); }
  // Canonical nodes to place before and after the one that is being canonicalized.
  void AddBefore(Node node) { before_.push_back(std::move(node)); }
  void AddAfter(Node node) { after_.push_back(std::move(node)); }
  std::vector<Node> TakeBefore() { return std::exchange(before_, {}); }
  std::vector<Node> TakeAfter() { return std::exchange(after_, {}); }

  // `tensor` becomes an initializer and input `index` of the node, named after it and `role`.
  void SetInput(Node& node, size_t index, std::string_view role, Tensor tensor);
  // `attribute` (ints) becomes an int64 initializer at input `index`; nothing where it is absent.
  void AttributeToInput(Node& node, std::string_view attribute, size_t index);
  // The constant integers at input `index` become `attribute`, and the input absent. Error: an
  // input that is not constant.
  Status InputToAttribute(Node& node, size_t index, std::string_view attribute);

 private:
  Graph& graph_;
  std::map<std::string, int, std::less<>> ranks_;
  FreshNames names_;
  std::set<std::string, std::less<>> used_;
  std::vector<Node> before_;
  std::vector<Node> after_;
};

}  // namespace assay::onnx
