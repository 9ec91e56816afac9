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
  using Views = std::span<const TensorView>;

  // `program` must outlive it.
  Executor(const Program& program, int threads);

  // As Session::Run.
  Status Run(Views inputs, Views outputs);
  Status Run(Views inputs, Views outputs, FunctionRef<void(size_t step)> done);
  TensorView Value(std::string_view name) const;

 private:
  // Of a buffer of an arena or a constant; nullptr for the ports, which are the caller's.
  uint8_t* BaseOf(const BufferInfo& buffer, size_t arena);
  // Points the buffers of the ports, as the steps in this arena see them, at a part of the caller's
  // memory.
  Frame Bind(const Views& inputs, const Views& outputs, int64_t part, size_t arena,
             ThreadPool& pool);
  Status RunSteps(const Frame& frame, FunctionRef<void(size_t step)> done) const;

  const Program& program_;
  Buffer arenas_;
  ThreadPool pool_;
  std::vector<std::vector<uint8_t*>> bases_;            // By arena and buffer.
  std::vector<size_t> input_buffers_, output_buffers_;  // By port.
  std::vector<Status> failures_;                        // By part.
};

}  // namespace assay::engine
