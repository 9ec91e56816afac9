#include "harness/engine/session.h"

#include "harness/engine/executor.h"

namespace assay::engine {

Session::Session(std::shared_ptr<const Plan> plan, int threads)
    : plan_(std::move(plan)), executor_(std::make_unique<Executor>(plan_->program(), threads)) {}

Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Status Session::Run(std::span<const TensorView> inputs, std::span<const TensorView> outputs) {
  return executor_->Run(inputs, outputs);
}

Status Session::Run(std::span<const TensorView> inputs, std::span<const TensorView> outputs,
                    FunctionRef<void(size_t step)> done) {
  return executor_->Run(inputs, outputs, done);
}

TensorView Session::Value(std::string_view name) const { return executor_->Value(name); }

}  // namespace assay::engine
