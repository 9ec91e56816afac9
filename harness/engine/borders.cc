// The borders of a graph: how the caller's inputs and outputs become operands.
#include "harness/engine/copy.h"
#include "harness/engine/lowerer.h"

namespace assay::engine {
namespace {

Node BorderNode(const std::string& name) {
  Node node;
  node.name = name;
  return node;
}

}  // namespace

void Lowerer::AddInputs() {
  for (const ValueInfo& input : graph_.inputs) {
    const ValueType& given = type(input.name);
    const Operand operand = NewBuffer(given.dtype, given.shape, Order::kDense);
    program_.buffers.back().kind = BufferInfo::Kind::kInput;
    program_.buffers.back().index = program_.inputs.size();
    program_.inputs.push_back({input.name, given.dtype, OfAllParts(given.shape)});
    values_[input.name] = operand;
  }
}

// The last step writes straight into the caller's memory where it writes the whole output, in the
// model's order, and that only.
void Lowerer::AddOutput(const std::string& name) {
  const Operand value = Get(name);
  const size_t index = program_.outputs.size();
  program_.outputs.push_back({name, value.dtype, OfAllParts(value.shape)});
  int port = value.buffer;
  if (!Owned(value)) {
    const Operand copy = NewBuffer(value.dtype, value.shape, Order::kDense);
    Copy(BorderNode(name), "Output", value, copy);
    port = copy.buffer;
  }
  BufferInfo& buffer = program_.buffers[static_cast<size_t>(port)];
  buffer.kind = BufferInfo::Kind::kOutput;
  buffer.index = index;
}

void Lowerer::AddKept(const std::string& name) {
  Operand value = Get(name);
  if (!Owned(value)) {
    const Operand copy = NewBuffer(value.dtype, value.shape, Order::kDense);
    Copy(BorderNode(name), "Keep", value, copy);
    value = copy;
  }
  program_.buffers[static_cast<size_t>(value.buffer)].pinned = true;
  program_.kept[name] = value;
}

// Kept values are the last of the graph's outputs.
void Lowerer::AddOutputs() {
  const size_t outputs = graph_.outputs.size() - options_.keep.size();
  for (size_t i = 0; i < graph_.outputs.size(); ++i) {
    const std::string& name = graph_.outputs[i].name;
    i < outputs ? AddOutput(name) : AddKept(name);
  }
}

// A buffer of the arena that holds this value, all of it, dense.
bool Lowerer::Owned(const Operand& value) const {
  const BufferInfo& buffer = program_.buffers[static_cast<size_t>(value.buffer)];
  return buffer.kind == BufferInfo::Kind::kArena && Whole(value) && value.IsDense();
}

}  // namespace assay::engine
