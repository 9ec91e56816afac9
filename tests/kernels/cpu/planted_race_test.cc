// ThreadSanitizer sees what runs on the pool: a race planted there is reported. Without this, a
// clean run could mean that nothing was watched.
#include <gtest/gtest.h>

#include <cstdlib>

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

// Every task adds to the same variable, unprotected.
[[maybe_unused]] void Race() {
  ThreadPool pool(2);
  int64_t sum = 0;
  for (int round = 0; round < 100; ++round) {
    pool.Run(64, [&](int64_t task, int) { sum += task; });
  }
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
