// Exact accounting of heap memory over all threads: usable bytes (malloc_usable_size) live now and
// at the peak, relative to the moment of Start.
//
// It needs jemalloc to be the program's allocator: `experimental.hooks.install` (jemalloc 5.1 to
// 5.3, src/hook.c) reports every allocation of every thread. jemalloc's own `thread.peak` is per
// thread and `stats.allocated` counts cached free blocks. The hooks make malloc and free several
// times slower, so no time is measured while a tracker runs. Memory mapped past the allocator
// (mmap, thread stacks, TBB's own pools) is not seen.
#pragma once

#include <cstdint>

#include "kernels/base/status.h"

namespace assay::measure {

struct AllocationCounts {
  // Largest value that live_bytes had; 0 when it never rose above the start.
  int64_t peak_bytes = 0;
  // Usable bytes live, minus those live at Start; negative when more of the older blocks were freed
  // than new ones were allocated. While realloc moves a block, both copies are live.
  int64_t live_bytes = 0;
  // Blocks obtained; a block resized in place is not a new one, a moved one is.
  int64_t allocations = 0;
};

// One tracker at a time in a process.
class AllocationTracker {
 public:
  // Error: "unavailable: ..." with the reason, when jemalloc is not the allocator (sanitizers, for
  // one) or has no hooks; or another tracker is running.
  static Result<AllocationTracker> Start();

  AllocationTracker(AllocationTracker&& other) noexcept;
  AllocationTracker& operator=(AllocationTracker&& other) noexcept;
  ~AllocationTracker();

  // The counts so far.
  AllocationCounts Now() const;
  // Removes the hooks. What other threads are allocating at this very moment may or may not count.
  // Once only.
  AllocationCounts Stop();

 private:
  explicit AllocationTracker(void* handle) : handle_(handle) {}
  void* handle_ =
      nullptr;  // jemalloc's, of the installed hooks; nullptr once stopped or moved from.
};

}  // namespace assay::measure
