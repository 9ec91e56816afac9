// The operators that do so little arithmetic that memory should be their bound.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "kernels/cpu/thread_pool.h"

namespace assay::bench {

// An operator at a size: every operand once, all sources in one run of memory.
struct MemoryProblem {
  int64_t src_bytes = 0, dst_bytes = 0;
  std::function<void(const uint8_t* src, uint8_t* dst, ThreadPool& pool)> run;
};

struct MemoryOperator {
  const char* name;
  bool reads_f32;     // Otherwise bytes.
  int reads, writes;  // Of the probe with the nearest mix: bytes read to bytes written.
  // The problem whose operands take about `bytes`.
  MemoryProblem (*make)(int64_t bytes);
};

std::span<const MemoryOperator> MemoryOperators();

}  // namespace assay::bench
