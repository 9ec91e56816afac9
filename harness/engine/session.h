// Session: runs a Plan. It owns the arena and the threads; a plan may have many sessions.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "harness/engine/plan.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::engine {

class Executor;

class Session {
 public:
  // threads: 1 to plan->threads().
  Session(std::shared_ptr<const Plan> plan, int threads);
  explicit Session(std::shared_ptr<const Plan> plan) : Session(plan, plan->threads()) {}
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const Plan& plan() const { return *plan_; }

  // Reads `inputs` and writes `outputs`, both in the order of the plan's and of exactly its element
  // types and shapes, dense, in the element order of the ONNX model. Inputs are not written to and
  // must not overlap outputs. Allocates nothing. Not for two threads at once. Error: a view that
  // does not fit its port, or a bad value in the data (an index out of range), by node.
  Status Run(std::span<const TensorView> inputs, std::span<const TensorView> outputs);

  // The same; `done` is told the index in plan().steps() of every step as it ends, on the calling
  // thread. For those who hold a clock: the engine reads none. ASSAY_CHECKs that the plan has one
  // part (PlanOptions::kAllAtOnce), since threads take several through the steps side by side.
  Status Run(std::span<const TensorView> inputs, std::span<const TensorView> outputs,
             FunctionRef<void(size_t step)> done);

  // A value of PlanOptions::keep as the last Run left it, in the element order of the ONNX model.
  // Valid until the next Run. ASSAY_CHECKs that it was kept.
  TensorView Value(std::string_view name) const;

 private:
  std::shared_ptr<const Plan> plan_;
  std::unique_ptr<Executor> executor_;
};

}  // namespace assay::engine
