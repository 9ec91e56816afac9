#include "kernels/cpu/thread_pool.h"

#include "kernels/base/check.h"

#ifdef ASSAY_POOL_STD
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>
#else
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#endif

namespace assay {

#ifdef ASSAY_POOL_STD

struct ThreadPool::Backend {
  using Body = FunctionRef<void(int64_t, int)>;

  explicit Backend(int threads) {
    for (int worker = 1; worker < threads; ++worker) {
      workers.emplace_back([this, worker] { Serve(worker); });
    }
  }
  ~Backend() {
    {
      std::lock_guard lock(mutex);
      stopping = true;
    }
    wake.notify_all();
    for (std::thread& thread : workers) thread.join();
  }

  void Run(int64_t count, Body run) {
    {
      std::lock_guard lock(mutex);
      body = &run;
      tasks = count;
      next = 0;
      busy = static_cast<int>(workers.size());
      ++generation;
    }
    wake.notify_all();
    Drain(run, count, 0);
    std::unique_lock lock(mutex);
    done.wait(lock, [this] { return busy == 0; });
  }

  void Serve(int worker) {
    int64_t seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return stopping || generation != seen; });
      if (stopping) return;
      seen = generation;
      Body run = *body;
      const int64_t count = tasks;
      lock.unlock();
      Drain(run, count, worker);
      lock.lock();
      if (--busy == 0) done.notify_one();
    }
  }

  void Drain(Body run, int64_t count, int worker) {
    for (int64_t task; (task = next.fetch_add(1)) < count;) run(task, worker);
  }

  std::mutex mutex;
  std::condition_variable wake, done;
  Body* body = nullptr;
  int64_t tasks = 0, generation = 0;
  std::atomic<int64_t> next = 0;
  int busy = 0;
  bool stopping = false;
  std::vector<std::thread> workers;
};

#else

struct ThreadPool::Backend {
  explicit Backend(int threads) : arena(threads) { arena.initialize(); }

  void Run(int64_t tasks, FunctionRef<void(int64_t, int)> body) {
    arena.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<int64_t>(0, tasks, 1),
          [&](const tbb::blocked_range<int64_t>& range) {
            const int worker = tbb::this_task_arena::current_thread_index();
            for (int64_t task = range.begin(); task < range.end(); ++task) body(task, worker);
          },
          tbb::simple_partitioner());
    });
  }

  tbb::task_arena arena;
};

#endif

ThreadPool::ThreadPool(int threads) : threads_(threads) {
  ASSAY_CHECK(threads >= 1);
  if (threads > 1) backend_ = std::make_unique<Backend>(threads);
}

ThreadPool::~ThreadPool() = default;

void ThreadPool::Run(int64_t tasks, FunctionRef<void(int64_t, int)> body) {
  if (backend_ != nullptr && tasks > 1) {
    backend_->Run(tasks, body);
    return;
  }
  for (int64_t task = 0; task < tasks; ++task) body(task, 0);
}

}  // namespace assay
