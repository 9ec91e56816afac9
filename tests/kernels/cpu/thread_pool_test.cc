#include "kernels/cpu/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
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

// Caches depend on it: the tasks of a loop that runs again go to the threads that had them before.
TEST(ThreadPool, EveryWorkerBeginsWithItsShare) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one CPU";
  ThreadPool pool(2);
  constexpr int64_t kTasks = 7;
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::vector<std::vector<int64_t>> order(2);
    std::atomic<int> arrived = 0;
    pool.Run(kTasks, [&](int64_t task, int worker) {
      std::vector<int64_t>& mine = order[static_cast<size_t>(worker)];
      if (mine.empty()) {
        ++arrived;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (arrived < 2 && std::chrono::steady_clock::now() < deadline) {
        }
      }
      mine.push_back(task);
    });
    ASSERT_EQ(arrived, 2) << "the second thread did not come within 30 s";
    EXPECT_EQ(order[0].front(), 0);
    EXPECT_EQ(order[1].front(), kTasks / 2);
  }
}

TEST(ThreadPool, WhatOneLeavesOthersTake) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one CPU";
  ThreadPool pool(2);
  std::atomic<int> left = 9;
  pool.Run(10, [&](int64_t task, int) {
    if (task != 0) {
      --left;
      return;
    }
    // Holds the caller until all else is done, its own share too.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (left > 0 && std::chrono::steady_clock::now() < deadline) {
    }
    EXPECT_EQ(left, 0);
  });
}

// Loops so short that helpers come to them early, late and not at all; and pauses in which they leave.
TEST(ThreadPool, ManyShortLoopsLoseNothing) {
  ThreadPool pool(4);
  std::vector<int64_t> sums(4, 0);
  int64_t expected = 0;
  for (int loop = 0; loop < 20000; ++loop) {
    const int64_t tasks = 2 + loop % 5;
    expected += tasks * (tasks - 1) / 2;
    pool.Run(tasks, [&](int64_t task, int worker) { sums[static_cast<size_t>(worker)] += task; });
    if (loop % 4000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(sums[0] + sums[1] + sums[2] + sums[3], expected);
}

TEST(ThreadPool, ComesAndGoes) {
  for (int i = 0; i < 200; ++i) {
    ThreadPool pool(3);
    std::atomic<int> runs = 0;
    for (int loop = 0; loop < i % 4; ++loop) pool.Run(6, [&](int64_t, int) { ++runs; });
    EXPECT_EQ(runs, i % 4 * 6);
  }
}

// Pools of several threads at once, as sessions side by side have them.
TEST(ThreadPool, SeveralAtOnce) {
  std::vector<std::thread> callers;
  std::atomic<int64_t> sum = 0;
  for (int caller = 0; caller < 3; ++caller) {
    callers.emplace_back([&] {
      ThreadPool pool(2);
      for (int loop = 0; loop < 2000; ++loop) pool.Run(5, [&](int64_t task, int) { sum += task; });
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 3 * 2000 * 10);
}

}  // namespace
}  // namespace assay
