#include "kernels/cpu/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace assay {
namespace {

TEST(ThreadPool, RunsEveryTaskOnce) {
  for (int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    for (int64_t tasks : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> runs(static_cast<size_t>(tasks));
      pool.Run(tasks, [&](int64_t task, int) { ++runs[static_cast<size_t>(task)]; });
      for (const auto& count : runs) EXPECT_EQ(count, 1);
    }
  }
}

TEST(ThreadPool, WorkersIndexScratchWithoutSharing) {
  ThreadPool pool(3);
  std::vector<int64_t> scratch(3, 0);
  for (int repeat = 0; repeat < 100; ++repeat) {
    pool.Run(50, [&](int64_t task, int worker) { scratch[static_cast<size_t>(worker)] += task; });
  }
  EXPECT_EQ(scratch[0] + scratch[1] + scratch[2], 100 * 49 * 50 / 2);
}

}  // namespace
}  // namespace assay
