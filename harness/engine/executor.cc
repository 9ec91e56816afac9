#include "harness/engine/executor.h"

#include <fmt/format.h>

namespace assay::engine {
namespace {

Status CheckViews(const char* what, std::span<const Port> ports,
                  std::span<const TensorView> views) {
  if (ports.size() != views.size()) {
    return Error(
        fmt::format("{} {}s are given, the model has {}", views.size(), what, ports.size()));
  }
  for (size_t i = 0; i < ports.size(); ++i) {
    const Port& port = ports[i];
    if (views[i].dtype != port.dtype || views[i].shape != port.shape) {
      return Error(fmt::format("{} '{}' is {}{}, the plan was built for {}{}", what, port.name,
                               Name(views[i].dtype), views[i].shape.ToString(), Name(port.dtype),
                               port.shape.ToString()));
    }
  }
  return {};
}

}  // namespace

Executor::Executor(const Program& program, int threads)
    : program_(program), arena_(program.arena_bytes), pool_(threads) {
  ASSAY_CHECK(threads <= program.threads);
  input_buffers_.resize(program.inputs.size());
  output_buffers_.resize(program.outputs.size());
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const BufferInfo& buffer = program.buffers[i];
    uint8_t* base = nullptr;
    switch (buffer.kind) {
      case BufferInfo::Kind::kArena:
        base = arena_.data() == nullptr ? nullptr : arena_.data() + buffer.offset;
        break;
      case BufferInfo::Kind::kConstant:  // Steps only read it.
        base = static_cast<uint8_t*>(const_cast<void*>(program.constants[buffer.index].data()));
        break;
      case BufferInfo::Kind::kInput:
        input_buffers_[buffer.index] = i;
        break;
      case BufferInfo::Kind::kOutput:
        output_buffers_[buffer.index] = i;
        break;
    }
    bases_.push_back(base);
  }
}

Status Executor::Bind(std::span<const TensorView> inputs, std::span<const TensorView> outputs) {
  ASSAY_RETURN_IF_ERROR(CheckViews("input", program_.inputs, inputs));
  ASSAY_RETURN_IF_ERROR(CheckViews("output", program_.outputs, outputs));
  for (size_t i = 0; i < inputs.size(); ++i) {
    bases_[input_buffers_[i]] = static_cast<uint8_t*>(inputs[i].data);
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    bases_[output_buffers_[i]] = static_cast<uint8_t*>(outputs[i].data);
  }
  return {};
}

Status Executor::Run(std::span<const TensorView> inputs, std::span<const TensorView> outputs) {
  return Run(inputs, outputs, [](size_t) {});
}

Status Executor::Run(std::span<const TensorView> inputs, std::span<const TensorView> outputs,
                     FunctionRef<void(size_t step)> done) {
  ASSAY_RETURN_IF_ERROR(Bind(inputs, outputs));
  const Frame frame{bases_.data(), &pool_};
  for (size_t i = 0; i < program_.steps.size(); ++i) {
    ASSAY_RETURN_IF_ERROR(program_.steps[i].run(frame));
    done(i);
  }
  return {};
}

TensorView Executor::Value(std::string_view name) const {
  const auto it = program_.kept.find(name);
  ASSAY_CHECK(it != program_.kept.end());
  const Operand& value = it->second;
  return {bases_[static_cast<size_t>(value.buffer)], value.dtype, value.shape};
}

}  // namespace assay::engine
