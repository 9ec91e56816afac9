// The bandwidth of the memory that a working set sits in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/stream/variant.h"

namespace assay::measure {

struct Level {
  std::string name;  // "L2", "DRAM"
  int64_t bytes;     // The working set: everything read and written.
};

// Half of every thread's L2, and four times the last level but at most 256 MB. Error: the sizes of
// the caches are unknown.
Result<std::vector<Level>> MemoryLevels(int threads);

// One pass of a loop that does nothing but read src and write dst with the widest vectors, in steps
// of `mix` (kernels/stream), cut among the threads as kernels are. An operator that moves the same
// bytes cannot be faster where they are the bound.
class Stream {
 public:
  // The loop of this mix; the caller may be wrong. Regions are whole steps of it, rounded down.
  Stream(int reads, int writes, int64_t src_bytes, int64_t dst_bytes);

  void Once(const uint8_t* src, uint8_t* dst, ThreadPool& pool) const;
  int64_t bytes() const { return steps_ * step_bytes(); }  // Read and written by one pass.

 private:
  int64_t step_bytes() const { return (loop_.reads + loop_.writes) * vector_bytes_; }

  stream::Loop loop_;
  int64_t vector_bytes_;
  int64_t steps_;
};

// Bytes per second that one thread reads from DRAM at its best, measured once for this process,
// which takes about 0.2 s. nullopt where the sizes of the caches are unknown.
std::optional<double> DramBytesPerSecond();

}  // namespace assay::measure
