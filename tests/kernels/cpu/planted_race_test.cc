// ThreadSanitizer sees what runs on the pool: a race planted there is reported. Without this, a
// clean run could mean that nothing was watched.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "kernels/cpu/thread_pool.h"

namespace assay {
namespace {

#if defined(__SANITIZE_THREAD__)
#define ASSAY_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ASSAY_TSAN 1
#endif
#endif

// Two tasks add to one variable, unprotected. Each waits for the other, so that two threads do it;
// relaxed, since anything stronger would order them. One is late: ThreadSanitizer may miss what
// happens at the very same time.
[[maybe_unused]] void Race() {
  ThreadPool pool(2);
  std::atomic<int> arrived = 0;
  int64_t sum = 0;
  pool.Run(2, [&](int64_t task, int) {
    arrived.fetch_add(1, std::memory_order_relaxed);
    while (arrived.load(std::memory_order_relaxed) < 2) continue;
    if (task == 1) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    sum += task;
  });
  std::exit(sum < 0);
}

TEST(PlantedRaceDeathTest, IsReported) {
#ifdef ASSAY_TSAN
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(Race(), testing::ExitedWithCode(66), "data race");  // TSan's exit code.
#else
  GTEST_SKIP() << "only under ThreadSanitizer (./check --preset tsan)";
#endif
}

}  // namespace
}  // namespace assay
