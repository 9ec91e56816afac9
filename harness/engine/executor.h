// Executor: runs a program: its arena, its threads, and where its buffers are.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "harness/engine/program.h"
#include "kernels/base/buffer.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::engine {

class Executor {
 public:
  // `program` must outlive it.
  Executor(const Program& program, int threads);

  // As Session::Run.
  Status Run(std::span<const TensorView> inputs, std::span<const TensorView> outputs);
  Status Run(std::span<const TensorView> inputs, std::span<const TensorView> outputs,
             FunctionRef<void(size_t step)> done);
  TensorView Value(std::string_view name) const;

 private:
  // Points the buffers of the ports at the caller's memory.
  Status Bind(std::span<const TensorView> inputs, std::span<const TensorView> outputs);

  const Program& program_;
  Buffer arena_;
  ThreadPool pool_;
  std::vector<uint8_t*> bases_;                         // By buffer.
  std::vector<size_t> input_buffers_, output_buffers_;  // By port.
};

}  // namespace assay::engine
