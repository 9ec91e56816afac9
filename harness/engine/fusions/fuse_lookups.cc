#include <algorithm>

#include "harness/engine/evaluate.h"
#include "harness/engine/fusions/fusions.h"
#include "harness/engine/lowering.h"
#include "harness/engine/pattern.h"

namespace assay::engine {
namespace {

// Pointwise operators, each of which alone reads the one before.
std::vector<int> ChainBehind(const Pattern& pattern, const std::string& value) {
  std::vector<int> chain;
  const std::string* tail = &value;
  while (true) {
    const int reader = pattern.OnlyReader(*tail);
    if (reader < 0 || !pattern.alive(reader)) return chain;
    const Node& node = pattern.node(reader);
    if (!FindLowering(node)->pointwise || node.input(0) != *tail) return chain;
    chain.push_back(reader);
    tail = &node.outputs[0];
  }
}

// What the chain makes of every code. Error: a node that fails on one.
Result<Tensor> TableOf(const Pattern& pattern, const std::vector<int>& chain, QuantParams from,
                       QuantParams to) {
  Tensor values(DType::kF32, {256});
  for (int code = 0; code < 256; ++code) {
    values.as<float>()[static_cast<size_t>(code)] = Dequantize(static_cast<uint8_t>(code), from);
  }
  for (int index : chain) {
    const Node& node = pattern.node(index);
    Budget budget{.work = 1e9};  // 256 elements and a few parameters.
    Graph alone;
    Types types;
    for (const std::string& input : node.inputs) {
      const Tensor* constant = pattern.constant(input);
      if (constant != nullptr) alone.initializers.emplace(input, *constant);
    }
    alone.initializers.insert_or_assign(node.input(0), std::move(values));
    for (const auto& [name, tensor] : alone.initializers) {
      types[name] = {tensor.dtype(), tensor.shape()};
    }
    types[node.outputs[0]] = {DType::kF32, {256}};
    ASSAY_ASSIGN_OR_RETURN(std::vector<Tensor> results, Evaluate(node, alone, types, budget));
    values = std::move(results[0]);
  }
  Tensor table(DType::kU8, {256});
  for (size_t code = 0; code < 256; ++code) {
    table.as<uint8_t>()[code] = Quantize(values.as<float>()[code], to);
  }
  return table;
}

Node LookupNode(const std::string& name, const Codes& from, const Codes& to, Tensor table) {
  Node lookup;
  lookup.name = name;
  lookup.op_type = "Lookup";
  lookup.domain = kFusedDomain;
  lookup.inputs = {from.value};
  lookup.outputs = {to.value};
  lookup.attributes["table"] = std::move(table);
  return lookup;
}

}  // namespace

Status FuseLookups(Graph& graph, const Types& types) {
  Pattern pattern(graph, types);
  for (int i = 0; i < static_cast<int>(pattern.size()); ++i) {
    if (!pattern.Is(i, "DequantizeLinear")) continue;
    const std::string& real = pattern.node(i).outputs[0];
    const std::optional<Codes> from = pattern.Dequantized(real);
    if (!from) continue;
    std::vector<int> chain = ChainBehind(pattern, real);
    const std::string& result = chain.empty() ? real : pattern.node(chain.back()).outputs[0];
    int quantize = -1;
    const std::optional<Codes> to = pattern.Quantized(result, quantize);
    if (!to) continue;
    ASSAY_ASSIGN_OR_RETURN(Tensor table, TableOf(pattern, chain, from->params, to->params));
    const std::string name = pattern.node(chain.empty() ? quantize : chain.front()).name;
    chain.insert(chain.begin(), i);
    chain.push_back(quantize);
    pattern.Replace(chain, quantize, LookupNode(name, *from, *to, std::move(table)));
  }
  pattern.Commit();
  return {};
}

}  // namespace assay::engine
