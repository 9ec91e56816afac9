#include "kernels/cpu/thread_pool.h"

#include <sched.h>

#include <atomic>
#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "kernels/base/check.h"

#ifndef ASSAY_POOL_STD
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#endif

namespace assay {
namespace {

constexpr size_t kCacheLine = 64;

// Looks at what others will change: some 15 ns each on Zen 4. To wake a thread takes 100 us and
// more on a virtual machine, and the caller 5 to 100 of them.
constexpr int kLooksBeforeLeaving = 60000, kLooksBeforeYielding = 3000, kLooksBeforeMoving = 500;

void Pause() { __builtin_ia32_pause(); }

// Keeps a helper off the caller's CPU, also while it sleeps. Linux may wake it on the CPU of the
// one that wakes it, who works on, and takes some 2 ms to part them (6.18, two CPUs, another idle).
void StayOff(int cpu) {
  if (sched_getcpu() != cpu) return;
  thread_local const std::optional<cpu_set_t> allowed = [] {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? std::optional(set) : std::nullopt;
  }();
  if (!allowed) return;
  cpu_set_t others = *allowed;
  CPU_CLR(static_cast<size_t>(cpu), &others);
  if (CPU_COUNT(&others) > 0) sched_setaffinity(0, sizeof others, &others);
}

// The tasks that a worker is the first to take: the same ones whenever the same loop runs, so that
// their data stay in its caches (a product of 256^3 ran 1.73 times as fast with two threads when
// tasks went to whoever came, 1.85 times with shares).
struct alignas(kCacheLine) Share {
  std::atomic<int64_t> next;
  int64_t end;
};

// Where a helper sits. The loops of a pool are numbered; state is twice the number of the last one
// that the helper has done or that was closed to it, and one more while it is at it. The caller
// closes a loop to helpers that have not begun, and waits for the others.
struct alignas(kCacheLine) Seat {
  std::atomic<uint32_t> state = 0;
  std::atomic<bool> taken = false;

  // Whether the helper has begun `loop`, which is set to the newest. Its number is read behind the
  // state, so that it is not the older of the two; if the state is unchanged then, nobody has
  // closed the loop in between.
  bool Begin(const std::atomic<uint32_t>& newest, uint32_t& loop) {
    uint32_t seen = state.load(std::memory_order_acquire);
    loop = newest.load();
    return seen != 2 * loop && state.compare_exchange_strong(seen, 2 * loop + 1);
  }

  void Finish(uint32_t loop) { state.store(2 * loop, std::memory_order_release); }

  void Close(uint32_t loop) {
    uint32_t seen = state.load(std::memory_order_acquire);
    for (int looks = 0; seen != 2 * loop;) {
      if (seen != 2 * loop + 1) {
        state.compare_exchange_weak(seen, 2 * loop);
        continue;
      }
      if (++looks < kLooksBeforeYielding) {
        Pause();
      } else {
        std::this_thread::yield();
      }
      seen = state.load(std::memory_order_acquire);
    }
  }
};

// What a helper does from when it comes until it leaves; returns the newest loop that it knew of.
using Serve = std::function<uint32_t()>;

#ifdef ASSAY_POOL_STD

// Threads that come at once and stay.
class Helpers {
 public:
  static constexpr bool kStay = true;

  Helpers(int count, std::atomic<uint32_t>&, const Serve& serve) {
    for (int i = 0; i < count; ++i) threads_.emplace_back(serve);
  }
  void Call() {}
  void Await() {
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::vector<std::thread> threads_;
};

#else

// Threads that come when they are called, if there are any, and leave when they are idle.
class Helpers {
 public:
  static constexpr bool kStay = false;

  Helpers(int count, const std::atomic<uint32_t>& newest, Serve serve)
      : count_(count), newest_(newest), serve_(std::move(serve)), arena_(count + 1) {}

  // Calls those who are missing.
  void Call() {
    const int missing = count_ - called_;
    if (missing <= 0) return;
    called_ += missing;
    arena_.execute([&] {
      for (int i = 0; i < missing; ++i) group_.run([this] { Come(); });
    });
  }
  // Those who have not come yet begin now, for which this thread may stand in.
  void Await() {
    arena_.execute([&] { group_.wait(); });
  }

 private:
  // Whoever leaves is to be called again for the next loop, or sees that it has begun.
  void Come() {
    for (;;) {
      const uint32_t known = serve_();
      --called_;
      if (newest_ == known) return;
      ++called_;
    }
  }

  const int count_;
  const std::atomic<uint32_t>& newest_;
  const Serve serve_;
  std::atomic<int> called_ = 0;
  tbb::task_arena arena_;
  tbb::task_group group_;
};

#endif

}  // namespace

class ThreadPool::Team {
 public:
  using Body = FunctionRef<void(int64_t task, int worker)>;

  explicit Team(int threads)
      : shares_(static_cast<size_t>(threads)),
        seats_(static_cast<size_t>(threads - 1)),
        helpers_(threads - 1, newest_, [this] { return Serve(); }) {}

  ~Team() {
    closed_ = true;
    Publish();
    helpers_.Await();
  }

  void Run(int64_t tasks, const Body& body) {
    const auto threads = static_cast<int64_t>(shares_.size());
    for (int64_t worker = 0; worker < threads; ++worker) {
      Share& share = shares_[static_cast<size_t>(worker)];
      share.next.store(worker * tasks / threads, std::memory_order_relaxed);
      share.end = (worker + 1) * tasks / threads;
    }
    body_ = &body;
    caller_cpu_.store(sched_getcpu(), std::memory_order_relaxed);
    const uint32_t loop = Publish();
    helpers_.Call();
    Work(0);
    for (Seat& seat : seats_) seat.Close(loop);
  }

 private:
  uint32_t Publish() {
    const uint32_t loop = ++newest_;
    if constexpr (Helpers::kStay) newest_.notify_all();
    return loop;
  }

  void Work(size_t worker) {
    for (size_t i = 0; i < shares_.size(); ++i) {
      Share& share = shares_[(worker + i) % shares_.size()];
      for (int64_t task; (task = share.next++) < share.end;) {
        (*body_)(task, static_cast<int>(worker));
      }
    }
  }

  uint32_t Serve() {
    uint32_t loop = newest_;
    size_t i = 0;
    while (i < seats_.size() && seats_[i].taken.exchange(true)) ++i;
    if (i == seats_.size()) return loop;
    Seat& seat = seats_[i];
    for (int looks = 0; !closed_; ++looks) {
      if (looks % kLooksBeforeMoving == 0) StayOff(caller_cpu_);
      if (seat.Begin(newest_, loop)) {
        Work(i + 1);
        seat.Finish(loop);
        looks = 0;
      } else if (looks < kLooksBeforeLeaving) {
        Pause();
      } else if constexpr (Helpers::kStay) {
        newest_.wait(loop);
      } else {
        break;
      }
    }
    seat.taken = false;
    return loop;
  }

  std::vector<Share> shares_;
  std::vector<Seat> seats_;  // Of workers 1 and on.
  alignas(kCacheLine) std::atomic<uint32_t> newest_ = 0;
  const Body* body_ = nullptr;
  std::atomic<int> caller_cpu_ = -1;
  std::atomic<bool> closed_ = false;
  Helpers helpers_;
};

ThreadPool::ThreadPool(int threads) : threads_(threads) {
  ASSAY_CHECK(threads >= 1);
  if (threads > 1) team_ = std::make_unique<Team>(threads);
}

ThreadPool::~ThreadPool() = default;

void ThreadPool::Run(int64_t tasks, FunctionRef<void(int64_t task, int worker)> body) {
  if (threads_ > 1 && tasks > 1) return team_->Run(tasks, body);
  for (int64_t task = 0; task < tasks; ++task) body(task, 0);
}

}  // namespace assay
