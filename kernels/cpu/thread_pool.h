// ThreadPool: the one way Assay runs in parallel. Threads come from oneTBB; under ThreadSanitizer,
// which Debian's TBB is not built for, from std::thread (ASSAY_POOL_STD).
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/base/function_ref.h"

namespace assay {

class ThreadPool {
 public:
  // threads >= 1, the calling thread included; 1 starts none.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return threads_; }

  // Calls body(task, worker) once for every task in [0, tasks) and returns when all are done;
  // worker is in [0, threads()) and no two calls with the same worker run at once, so it may index
  // scratch memory. Every worker begins with its share of the tasks, in order, the caller (0) with
  // the first, and goes on with what others have left. One task, or one thread, runs on the caller.
  // Not reentrant.
  //
  // Waits for no thread that has not begun. Those that came stay for about a millisecond behind
  // the last loop, turning idly, so that the next one finds them at once.
  void Run(int64_t tasks, FunctionRef<void(int64_t task, int worker)> body);

 private:
  class Team;

  int threads_;
  std::unique_ptr<Team> team_;
};

}  // namespace assay
