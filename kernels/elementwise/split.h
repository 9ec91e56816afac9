// Split: one loop over the thread pool, when it is worth it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/base/function_ref.h"
#include "kernels/cpu/thread_pool.h"

namespace assay {

// Below this many bytes read and written, work runs on the caller: a fork and join costs about as
// much as touching them. It is also the least that a task gets.
inline constexpr int64_t kSplitGrainBytes = 128 * 1024;

// Calls body(begin, end, worker) over disjoint ranges that cover [0, items), each item touching
// about `bytes_per_item` bytes. Ranges begin at multiples of `unit`. No call for zero items.
inline void Split(int64_t items, int64_t bytes_per_item, ThreadPool& pool,
                  FunctionRef<void(int64_t begin, int64_t end, int worker)> body,
                  int64_t unit = 1) {
  if (items <= 0) return;
  const int64_t units = (items + unit - 1) / unit;
  const int64_t grains = items * std::max<int64_t>(bytes_per_item, 1) / kSplitGrainBytes;
  const int64_t tasks =
      std::clamp<int64_t>(std::min<int64_t>(grains, 4 * pool.threads()), 1, units);
  if (tasks == 1 || pool.threads() == 1) return body(0, items, 0);
  pool.Run(tasks, [&](int64_t task, int worker) {
    const int64_t begin = task * units / tasks * unit;
    const int64_t end = std::min((task + 1) * units / tasks * unit, items);
    body(begin, end, worker);
  });
}

}  // namespace assay
