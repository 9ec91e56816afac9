// Program: a graph after lowering: buffers and the steps over them, in order.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/engine/operand.h"
#include "harness/engine/plan.h"
#include "kernels/base/check.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::engine {

struct BufferInfo {
  enum class Kind { kArena, kConstant, kInput, kOutput };

  Kind kind = Kind::kArena;
  size_t bytes = 0;
  size_t index = 0;     // Of the constant, input or output.
  bool pinned = false;  // Arena: alive until the end of the run.
  size_t offset = 0;    // Arena: from its start, decided by the memory plan.
};

// Where the buffers of a program are during one run, and who may work.
struct Frame {
  uint8_t* const* bases = nullptr;  // By buffer.
  ThreadPool* pool = nullptr;

  template <typename T>
  T* At(const Operand& operand) const {
    return static_cast<T*>(Raw(operand));
  }
  void* Raw(const Operand& operand) const {
    return bases[operand.buffer] + operand.offset * static_cast<int64_t>(SizeOf(operand.dtype));
  }
};

// Fails only on bad values in the data, and then names the node.
using StepBody = std::function<Status(const Frame&)>;

struct Step {
  std::vector<int> reads, writes;  // Buffers; scratch memory is written.
  // writes[0] may take over the memory of one of these buffers, if it dies here: every element is
  // read before it is overwritten.
  std::vector<int> overwrites;
  // Operations of a run beyond StepInfo::macs, where they are many for each element read or
  // written.
  double work = 0;
  StepBody run;
};

struct Program {
  std::vector<Port> inputs, outputs;
  std::vector<BufferInfo> buffers;
  std::vector<Tensor> constants;
  std::vector<Step> steps;
  std::vector<StepInfo> infos;                       // Of the steps.
  std::map<std::string, Operand, std::less<>> kept;  // PlanOptions::keep, dense and pinned.
  int threads = 1;
  // The batch comes in so many parts, along axis 0: buffers and steps are those of one, inputs,
  // outputs and infos those of all. Of several, each is run by one thread in an arena of its own.
  int64_t parts = 1;
  int arenas(int workers) const { return parts > 1 ? workers : 1; }
  size_t arena_bytes = 0, arena_lower_bound = 0;
  size_t packed_bytes = 0;  // Weights that kernels hold.
};

}  // namespace assay::engine
