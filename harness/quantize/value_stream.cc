#include "harness/quantize/value_stream.h"

#include <algorithm>

#include "harness/engine/tensors.h"

namespace assay::quantize {
namespace {

Result<engine::Plan> PlanFor(const Graph& graph, int64_t batch, const CalibrationOptions& options,
                             const std::set<std::string>& keep = {}) {
  engine::PlanOptions plan;
  plan.keep = keep;
  plan.batch = batch;
  plan.threads = options.threads;
  plan.winograd_bytes = options.winograd_bytes;
  return engine::Plan::Build(graph, plan);
}

}  // namespace

ValueStream::ValueStream(const Graph& graph, const std::string& value,
                         const CalibrationOptions& options)
    : graph_(graph), value_(value), options_(options) {
  graph_.outputs = {{value, DType::kF32, {}, false}};
  RemoveUnused(graph_);
}

Result<TensorView> ValueStream::Run(std::vector<Tensor>& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (graph_.inputs[i].name == value_) return inputs[i].view();
  }
  const int64_t batch = inputs[0].shape()[0];
  if (batch != batch_) {
    ASSAY_ASSIGN_OR_RETURN(auto plan, PlanFor(graph_, batch, options_));
    session_ = std::make_unique<engine::Session>(
        std::make_shared<const engine::Plan>(std::move(plan)), options_.threads);
    outputs_ = engine::Allocate(session_->plan().outputs());
    batch_ = batch;
  }
  ASSAY_RETURN_IF_ERROR(session_->Run(engine::Views(inputs), engine::Views(outputs_)));
  return outputs_[0].view();
}

Status ForEachBatch(
    const Graph& graph, const BatchSource& source, const CalibrationOptions& options,
    const std::function<Status(int64_t first, std::vector<Tensor>& inputs)>& consume) {
  std::vector<Tensor> inputs;
  int64_t batch = 0;
  for (int64_t first = 0; first < options.samples; first += batch) {
    if (options.stop && options.stop()) return Error("interrupted");
    const int64_t wanted = std::min(options.batch_size, options.samples - first);
    if (wanted != batch) {
      batch = wanted;
      ASSAY_ASSIGN_OR_RETURN(const engine::Plan plan, PlanFor(graph, batch, options));
      inputs = engine::Allocate(plan.inputs());
    }
    ASSAY_RETURN_IF_ERROR(source(first, engine::Views(inputs)));
    ASSAY_RETURN_IF_ERROR(consume(first, inputs));
  }
  return {};
}

Status ForEachValue(
    const Graph& graph, const std::set<std::string>& values, const BatchSource& source,
    const CalibrationOptions& options,
    const std::function<void(const std::string& value, const TensorView& elements)>& consume) {
  std::unique_ptr<engine::Session> session;
  std::vector<Tensor> outputs;
  return ForEachBatch(graph, source, options, [&](int64_t, std::vector<Tensor>& inputs) -> Status {
    const int64_t batch = inputs[0].shape()[0];
    if (session == nullptr || session->plan().inputs()[0].shape[0] != batch) {
      ASSAY_ASSIGN_OR_RETURN(auto plan, PlanFor(graph, batch, options, values));
      session = std::make_unique<engine::Session>(
          std::make_shared<const engine::Plan>(std::move(plan)), options.threads);
      outputs = engine::Allocate(session->plan().outputs());
    }
    ASSAY_RETURN_IF_ERROR(session->Run(engine::Views(inputs), engine::Views(outputs)));
    for (const std::string& value : values) consume(value, session->Value(value));
    return {};
  });
}

}  // namespace assay::quantize
