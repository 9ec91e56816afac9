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
    : program_(program),
      arenas_(program.arena_bytes * static_cast<size_t>(program.arenas(threads))),
      pool_(threads),
      bases_(static_cast<size_t>(program.arenas(threads))),
      input_buffers_(program.inputs.size()),
      output_buffers_(program.outputs.size()),
      failures_(static_cast<size_t>(program.parts)) {
  ASSAY_CHECK(threads <= program.threads);
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const BufferInfo& buffer = program.buffers[i];
    if (buffer.kind == BufferInfo::Kind::kInput) input_buffers_[buffer.index] = i;
    if (buffer.kind == BufferInfo::Kind::kOutput) output_buffers_[buffer.index] = i;
    for (size_t arena = 0; arena < bases_.size(); ++arena) {
      bases_[arena].push_back(BaseOf(buffer, arena));
    }
  }
}

uint8_t* Executor::BaseOf(const BufferInfo& buffer, size_t arena) {
  switch (buffer.kind) {
    case BufferInfo::Kind::kArena:
      if (arenas_.data() == nullptr) return nullptr;
      return arenas_.data() + arena * program_.arena_bytes + buffer.offset;
    case BufferInfo::Kind::kConstant:  // Steps only read it.
      return static_cast<uint8_t*>(const_cast<void*>(program_.constants[buffer.index].data()));
    case BufferInfo::Kind::kInput:
    case BufferInfo::Kind::kOutput:
      break;
  }
  return nullptr;
}

Frame Executor::Bind(const Views& inputs, const Views& outputs, int64_t part, size_t arena,
                     ThreadPool& pool) {
  std::vector<uint8_t*>& bases = bases_[arena];
  const auto bind = [&](const Views& views, const std::vector<size_t>& buffers) {
    for (size_t i = 0; i < views.size(); ++i) {
      const size_t offset = static_cast<size_t>(part) * program_.buffers[buffers[i]].bytes;
      bases[buffers[i]] = static_cast<uint8_t*>(views[i].data) + offset;
    }
  };
  bind(inputs, input_buffers_);
  bind(outputs, output_buffers_);
  return {bases.data(), &pool};
}

Status Executor::Run(Views inputs, Views outputs) {
  if (program_.parts == 1) return Run(inputs, outputs, [](size_t) {});
  ASSAY_RETURN_IF_ERROR(CheckViews("input", program_.inputs, inputs));
  ASSAY_RETURN_IF_ERROR(CheckViews("output", program_.outputs, outputs));
  pool_.Run(program_.parts, [&](int64_t part, int worker) {
    ThreadPool alone(1);
    failures_[static_cast<size_t>(part)] =
        RunSteps(Bind(inputs, outputs, part, static_cast<size_t>(worker), alone), [](size_t) {});
  });
  for (const Status& failure : failures_) ASSAY_RETURN_IF_ERROR(failure);
  return {};
}

Status Executor::Run(Views inputs, Views outputs, FunctionRef<void(size_t step)> done) {
  ASSAY_CHECK(program_.parts == 1);
  ASSAY_RETURN_IF_ERROR(CheckViews("input", program_.inputs, inputs));
  ASSAY_RETURN_IF_ERROR(CheckViews("output", program_.outputs, outputs));
  return RunSteps(Bind(inputs, outputs, 0, 0, pool_), done);
}

Status Executor::RunSteps(const Frame& frame, FunctionRef<void(size_t step)> done) const {
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
  return {bases_[0][static_cast<size_t>(value.buffer)], value.dtype, value.shape};
}

}  // namespace assay::engine
