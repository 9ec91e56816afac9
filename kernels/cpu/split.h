// Split: one loop over the thread pool, when it is worth it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/base/function_ref.h"
#include "kernels/cpu/thread_pool.h"

namespace assay {

// A second thread that turns already costs half a microsecond to hand over to and to wait for; below
// so many cycles of work for each it does not pay.
inline constexpr double kMinCyclesPerThread = 4000;
// So many tasks per thread let one that was held up leave its share to the others.
inline constexpr int64_t kTasksPerThread = 4;

// How many of `threads` gain from work that takes one of them so many cycles.
inline int ThreadsThatPay(double cycles, int threads) {
  return std::clamp(static_cast<int>(std::min(cycles / kMinCyclesPerThread, 1e6)), 1, threads);
}

// What it takes one thread to read or write so many bytes of the second-level cache. Work that
// finds them farther away takes longer, and gains from threads all the more.
constexpr double CyclesOfBytes(double bytes) { return bytes / 30; }

// Calls body(begin, end, worker) over disjoint ranges that cover [0, items), each item of which
// takes about `cycles_per_item`. Ranges begin at multiples of `unit`. No call for zero items.
inline void Split(int64_t items, double cycles_per_item, ThreadPool& pool,
                  FunctionRef<void(int64_t begin, int64_t end, int worker)> body,
                  int64_t unit = 1) {
  if (items <= 0) return;
  const int threads = ThreadsThatPay(static_cast<double>(items) * cycles_per_item, pool.threads());
  if (threads == 1) return body(0, items, 0);
  const int64_t units = (items + unit - 1) / unit;
  const int64_t tasks = std::min(threads * kTasksPerThread, units);
  pool.Run(tasks, [&](int64_t task, int worker) {
    const int64_t begin = task * units / tasks * unit;
    const int64_t end = std::min((task + 1) * units / tasks * unit, items);
    body(begin, end, worker);
  });
}

}  // namespace assay
