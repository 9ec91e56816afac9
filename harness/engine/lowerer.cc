#include "harness/engine/lowerer.h"

#include <algorithm>
#include <utility>

#include "harness/engine/copy.h"
#include "harness/engine/fuse.h"
#include "harness/engine/lowering.h"

namespace assay::engine {
Lowerer::Lowerer(Graph& graph, const Types& types, const PlanOptions& options, int64_t packed_bytes,
                 int64_t parts)
    : graph_(graph),
      types_(types),
      options_(options),
      consumers_(Consumers(graph)),
      packed_limit_(packed_bytes) {
  program_.threads = options.threads;
  program_.parts = parts;
  for (const ValueInfo& output : graph.outputs) outputs_.insert(output.name);
}

Result<Program> Lowerer::Run() && {
  AddInputs();
  FindSlots();
  for (int i = 0; i < static_cast<int>(graph_.nodes.size()); ++i) {
    const Node& node = graph_.nodes[static_cast<size_t>(i)];
    ASSAY_RETURN_IF_ERROR(Lower(node));
    ASSAY_RETURN_IF_ERROR(ExpectPackedFits(node, 0));
    LetGo(i);
  }
  AddOutputs();
  for (StepInfo& info : program_.infos) info.macs *= parts();
  return std::move(program_);
}

Status Lowerer::ExpectPackedFits(const Node& node, int64_t bytes) const {
  const auto before = static_cast<int64_t>(program_.packed_bytes);
  if (before <= packed_limit_ && bytes <= packed_limit_ - before) return {};
  return NodeError(node, "the packed weights up to here take {} bytes, {} are allowed",
                   before + bytes, packed_limit_);
}

Status Lowerer::Lower(const Node& node) {
  current_ = &node;
  const bool empty = std::ranges::all_of(node.outputs, [&](const std::string& output) {
    return output.empty() || shape(output).elements() == 0;
  });
  if (empty) {
    for (const std::string& output : node.outputs) {
      if (!output.empty()) New(output, Order::kDense);
    }
    return {};
  }
  const Lowering* lowering = FindLowering(node);
  ASSAY_CHECK(lowering != nullptr && lowering->lower != nullptr);
  return lowering->lower(node, *this);
}

void Lowerer::LetGo(int index) {
  for (const std::string& input : graph_.nodes[static_cast<size_t>(index)].inputs) {
    if (input.empty() || consumers_.at(input).back() != index || outputs_.contains(input)) continue;
    graph_.initializers.erase(input);
  }
}

KernelOptions Lowerer::kernel_options() const {
  return {.usable = options_.usable,
          .variant = "",
          .threads = threads(),
          .winograd_bytes = options_.winograd_bytes};
}

bool Lowerer::WantsImage(const std::string& value) const {
  const auto readers = consumers_.find(value);
  if (readers == consumers_.end() || shape(value).rank() != 4) return false;
  return std::ranges::any_of(readers->second, [&](int index) {
    const Node& node = graph_.nodes[static_cast<size_t>(index)];
    return FindLowering(node)->image && node.input(0) == value;
  });
}

const Operand& Lowerer::Get(const std::string& value) {
  auto it = values_.find(value);
  if (it == values_.end()) {
    const Tensor* tensor = constant(value);
    ASSAY_CHECK(tensor != nullptr);
    it = values_.emplace(value, Constant(*tensor)).first;
  }
  return it->second;
}

Operand Lowerer::Dense(const std::string& value) { return Converted(value, Order::kDense); }

Operand Lowerer::Image(const std::string& value) { return Converted(value, Order::kImage); }

Operand Lowerer::In(Order order, const std::string& value) { return Converted(value, order); }

Operand Lowerer::Converted(const std::string& value, Order order) {
  const Operand& operand = Get(value);
  if (order == Order::kDense ? operand.IsDense() : operand.PixelStride() > 0) return operand;
  const auto key = std::make_pair(value, order);
  if (const auto it = converted_.find(key); it != converted_.end()) return it->second;
  const Operand result = NewBuffer(operand.dtype, operand.shape, order);
  Copy(*current_, "Layout", operand, result);
  return converted_[key] = result;
}

Operand Lowerer::NewBuffer(DType dtype, const Shape& shape, Order order) {
  Operand operand{
      .buffer = static_cast<int>(program_.buffers.size()),
      .offset = 0,
      .dtype = dtype,
      .shape = shape,
      .strides = order == Order::kImage ? ImageStrides(shape, shape[1]) : DenseStrides(shape)};
  BufferInfo buffer;
  buffer.bytes = static_cast<size_t>(shape.elements()) * SizeOf(dtype);
  program_.buffers.push_back(buffer);
  return operand;
}

Operand Lowerer::New(const std::string& value, Order order) {
  if (const auto existing = values_.find(value); existing != values_.end()) {
    return existing->second;  // A concatenation, of which parts have been written.
  }
  if (const auto it = slots_.find(value); it != slots_.end()) {
    const Slot& slot = it->second;
    const Operand view =
        New(slot.parent, order).Sliced(slot.axis, slot.start, 1, shape(value)[slot.axis]);
    if (order == Order::kDense ? view.IsDense() : view.PixelStride() > 0) {
      return values_[value] = view;
    }
  }
  return values_[value] = NewBuffer(type(value).dtype, shape(value), order);
}

Operand Lowerer::Scratch(DType dtype, Shape shape) {
  return NewBuffer(dtype, shape, Order::kDense);
}

Operand Lowerer::ScratchImage(DType dtype, const Shape& shape) {
  return NewBuffer(dtype, shape, Order::kImage);
}

Operand Lowerer::Constant(Tensor tensor) {
  Operand operand = NewBuffer(tensor.dtype(), tensor.shape(), Order::kDense);
  BufferInfo& buffer = program_.buffers.back();
  buffer.kind = BufferInfo::Kind::kConstant;
  buffer.index = program_.constants.size();
  program_.constants.push_back(std::move(tensor));
  return operand;
}

// Of all parts. What broadcasting repeats is counted once.
int64_t Lowerer::BytesOf(const std::vector<Operand>& operands) const {
  int64_t bytes = 0;
  for (const Operand& operand : operands) {
    const BufferInfo& buffer = program_.buffers[static_cast<size_t>(operand.buffer)];
    const auto once = static_cast<int64_t>(
        std::min(static_cast<size_t>(operand.elements()) * SizeOf(operand.dtype), buffer.bytes));
    bytes += buffer.kind == BufferInfo::Kind::kConstant ? once : once * parts();
  }
  return bytes;
}

Shape Lowerer::OfAllParts(Shape shape) const {
  if (parts() > 1) shape[0] *= parts();
  return shape;
}

Lowerer::Added Lowerer::Add(const Node& node, const std::vector<Operand>& reads,
                            const std::vector<Operand>& writes, StepBody run) {
  Step step;
  for (const Operand& operand : reads) step.reads.push_back(operand.buffer);
  for (const Operand& operand : writes) step.writes.push_back(operand.buffer);
  step.run = std::move(run);
  program_.steps.push_back(std::move(step));

  StepInfo info;
  info.node = node.name;
  info.op = node.op_type;
  info.shape = OfAllParts(writes.front().shape);
  info.bytes = BytesOf(reads) + BytesOf(writes) + static_cast<int64_t>(packed_bytes_);
  program_.packed_bytes += std::exchange(packed_bytes_, 0);
  if (const auto fused = node.attributes.find(kFusedNodes); fused != node.attributes.end()) {
    info.fused = std::get<std::vector<std::string>>(fused->second);
  }
  program_.infos.push_back(std::move(info));
  return {program_.steps.back(), program_.infos.back()};
}

void Lowerer::Added::MayOverwrite(const Operand& result, const Operand& operand,
                                  const Lowerer& lowerer) {
  const bool same = result.strides == operand.strides && result.shape == operand.shape &&
                    SizeOf(result.dtype) == SizeOf(operand.dtype);
  // Another operand may be a view of the same buffer, whose elements lie elsewhere.
  const bool alone = std::ranges::count(step.reads, operand.buffer) == 1;
  if (same && alone && lowerer.Whole(result) && lowerer.Whole(operand)) {
    step.overwrites.push_back(operand.buffer);
  }
}

void Lowerer::Copy(const Node& node, std::string op, const Operand& src, const Operand& dst) {
  Add(node, {src}, {dst}, CopyBody(src, dst, usable())).info.op = std::move(op);
}

bool Lowerer::Whole(const Operand& operand) const {
  const BufferInfo& buffer = program_.buffers[static_cast<size_t>(operand.buffer)];
  return operand.offset == 0 &&
         buffer.bytes == static_cast<size_t>(operand.elements()) * SizeOf(operand.dtype);
}

void Lowerer::FindSlots() {
  constexpr int kDeepest = 64;        // Of concatenations within concatenations, since New recurs.
  std::map<std::string, int> depths;  // By result: how many lie in each other below it.
  for (const Node& node : graph_.nodes) {
    if (node.op_type != "Concat" && node.op_type != "QConcat") continue;
    int& depth = depths[node.outputs[0]];
    const Shape& whole = shape(node.outputs[0]);
    const int64_t given = node.Int("axis", 0);
    const auto axis = static_cast<int>(given < 0 ? given + whole.rank() : given);
    int64_t start = 0;
    for (const std::string& input : node.inputs) {
      // Of this node alone, and not given from outside.
      const auto within = depths.find(input);
      const int below = within == depths.end() ? 0 : within->second;
      if (below < kDeepest && consumers_[input].size() == 1 && !outputs_.contains(input) &&
          !values_.contains(input) && constant(input) == nullptr) {
        slots_[input] = {node.outputs[0], axis, start};
        depth = std::max(depth, below + 1);
      }
      start += shape(input)[axis];
    }
  }
}

}  // namespace assay::engine
