#include "harness/measure/allocation.h"

#include <gmock/gmock.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "tests/harness/measure/jemalloc.h"

namespace assay::measure {
namespace {

using testing::HasSubstr;

// On size classes, just off them, small and large.
constexpr std::array<size_t, 14> kSizes = {
    1, 8, 9, 100, 1000, 4096, 4097, 14336, 14337, 16385, 100000, 1 << 20, 1048577, 5'000'011};

int64_t Usable(void* block) { return static_cast<int64_t>(malloc_usable_size(block)); }

class AllocationTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!kJemalloc) GTEST_SKIP() << "jemalloc is not linked under a sanitizer";
  }
};

#if !ASSAY_TEST_JEMALLOC
TEST(AllocationUnavailableTest, SaysSoWhereJemallocIsNotTheAllocator) {
  const Result<AllocationTracker> tracker = AllocationTracker::Start();
  ASSERT_FALSE(tracker.ok());
  EXPECT_THAT(tracker.message(), testing::StartsWith("unavailable: "));
  // Again the same, not "another tracker is running".
  EXPECT_EQ(AllocationTracker::Start().message(), tracker.message());
}
#endif

struct Family {
  const char* name;
  void* (*get)(size_t size);
  void (*give_back)(void* block, size_t size);
};

constexpr std::align_val_t kAlign{256};

const Family kFamilies[] = {
    {"malloc", [](size_t size) { return std::malloc(size); },
     [](void* block, size_t) { std::free(block); }},
    {"calloc", [](size_t size) { return std::calloc(size, 3); },
     [](void* block, size_t) { std::free(block); }},
    {"realloc of nothing", [](size_t size) { return std::realloc(nullptr, size); },
     [](void* block, size_t) { std::free(block); }},
    {"aligned_alloc", [](size_t size) { return std::aligned_alloc(64, (size + 63) / 64 * 64); },
     [](void* block, size_t) { std::free(block); }},
    {"aligned_alloc to pages", [](size_t size) { return std::aligned_alloc(65536, size); },
     [](void* block, size_t) { std::free(block); }},
    {"posix_memalign",
     [](size_t size) {
       void* block = nullptr;
       return posix_memalign(&block, 128, size) == 0 ? block : nullptr;
     },
     [](void* block, size_t) { std::free(block); }},
    {"new", [](size_t size) { return ::operator new(size); },
     [](void* block, size_t) { ::operator delete(block); }},
    {"new, sized delete", [](size_t size) { return ::operator new(size); },
     [](void* block, size_t size) { ::operator delete(block, size); }},
    {"new, aligned", [](size_t size) { return ::operator new(size, kAlign); },
     [](void* block, size_t size) { ::operator delete(block, size, kAlign); }},
};

TEST_F(AllocationTest, FindsThePeakOfEveryFunctionExactly) {
  for (const Family& family : kFamilies) {
    SCOPED_TRACE(family.name);
    std::array<void*, kSizes.size()> blocks;
    Result<AllocationTracker> tracker = AllocationTracker::Start();
    ASSERT_TRUE(tracker.ok()) << tracker.message();
    for (size_t i = 0; i < blocks.size(); ++i) blocks[i] = family.get(kSizes[i]);
    const AllocationCounts held = tracker->Now();
    int64_t expected = 0;
    for (void* block : blocks) expected += Usable(block);
    for (size_t i = 0; i < blocks.size(); ++i) family.give_back(blocks[i], kSizes[i]);
    const AllocationCounts end = tracker->Stop();
    EXPECT_EQ(held.live_bytes, expected);
    EXPECT_EQ(held.peak_bytes, expected);
    EXPECT_EQ(held.allocations, std::ssize(kSizes));
    EXPECT_EQ(end.live_bytes, 0);
    EXPECT_EQ(end.peak_bytes, expected);
    EXPECT_EQ(end.allocations, std::ssize(kSizes));
  }
}

TEST_F(AllocationTest, CountsUsableBytesNotRequestedOnes) {
  Result<AllocationTracker> tracker = AllocationTracker::Start();
  ASSERT_TRUE(tracker.ok()) << tracker.message();
  void* volatile block = std::malloc(1'000'001);
  std::free(block);
  EXPECT_EQ(tracker->Stop().peak_bytes, static_cast<int64_t>(nallocx(1'000'001, 0)));
  EXPECT_GT(nallocx(1'000'001, 0), 1'000'001u);
}

TEST_F(AllocationTest, ThePeakIsTheHighestMomentNotTheSum) {
  Result<AllocationTracker> tracker = AllocationTracker::Start();
  ASSERT_TRUE(tracker.ok()) << tracker.message();
  for (int i = 0; i < 10; ++i) {
    void* volatile block = std::malloc(300'000);
    void* volatile other = std::malloc(50'000);
    std::free(block);
    std::free(other);
  }
  const AllocationCounts counts = tracker->Stop();
  EXPECT_EQ(counts.peak_bytes, static_cast<int64_t>(nallocx(300'000, 0) + nallocx(50'000, 0)));
  EXPECT_EQ(counts.allocations, 20);
}

// Every thread holds its blocks at one barrier (the peak), then frees those of its neighbor.
TEST_F(AllocationTest, FindsThePeakOverThreadsExactly) {
  constexpr int kThreads = 4;
  std::array<std::array<void*, kSizes.size()>, kThreads> blocks;
  std::array<int64_t, kThreads> expected{};
  std::barrier gate(kThreads + 1);
  const auto work = [&](size_t thread) {
    gate.arrive_and_wait();  // The tracker runs.
    for (size_t i = 0; i < kSizes.size(); ++i) {
      void* volatile shortlived = std::malloc(kSizes[i]);
      std::free(shortlived);
      blocks[thread][i] = std::malloc(kSizes[i] + 37 * thread);
      expected[thread] += Usable(blocks[thread][i]);
    }
    gate.arrive_and_wait();  // All is held.
    gate.arrive_and_wait();
    for (void* block : blocks[(thread + 1) % kThreads]) std::free(block);
    gate.arrive_and_wait();  // All is free; the tracker stops.
    gate.arrive_and_wait();
  };
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < kThreads; ++thread) threads.emplace_back(work, thread);

  Result<AllocationTracker> tracker = AllocationTracker::Start();
  gate.arrive_and_wait();
  gate.arrive_and_wait();
  const AllocationCounts held = tracker.ok() ? tracker->Now() : AllocationCounts{};
  gate.arrive_and_wait();
  gate.arrive_and_wait();
  const AllocationCounts end = tracker.ok() ? tracker->Stop() : AllocationCounts{};
  gate.arrive_and_wait();
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(tracker.ok()) << tracker.message();

  int64_t sum = 0;
  for (const int64_t bytes : expected) sum += bytes;
  EXPECT_EQ(held.live_bytes, sum);
  // A short-lived block is never larger than the block held in its place afterwards.
  EXPECT_EQ(held.peak_bytes, sum);
  EXPECT_EQ(end.peak_bytes, sum);
  EXPECT_EQ(end.live_bytes, 0);
  EXPECT_EQ(end.allocations, 2 * kThreads * std::ssize(kSizes));
}

// Follows what realloc did, in place or by moving, and must end with the tracker's numbers.
struct ReallocModel {
  void* block = nullptr;
  int64_t live = 0;
  int64_t peak = 0;
  int grown_in_place = 0, shrunk_in_place = 0, moved = 0;

  void Resize(size_t size) {
    const int64_t before = block == nullptr ? 0 : Usable(block);
    void* const old_block = block;
    block = std::realloc(block, size);
    const int64_t after = Usable(block);
    const bool in_place = block == old_block;
    peak = std::max(peak, live + after - (in_place ? before : 0));
    live += after - before;
    moved += !in_place && old_block != nullptr;
    grown_in_place += in_place && after > before;
    shrunk_in_place += in_place && after < before;
  }
};

TEST_F(AllocationTest, FollowsReallocInPlaceAndMoving) {
  ReallocModel model;
  Result<AllocationTracker> tracker = AllocationTracker::Start();
  ASSERT_TRUE(tracker.ok()) << tracker.message();
  for (const size_t size : {100u, 110u, 20'000u, 8'000'000u, 3'000'001u, 7'000'003u, 1'000'000u,
                            6'500'000u, 30'000'000u, 64u}) {
    model.Resize(size);
  }
  const AllocationCounts held = tracker->Now();
  std::free(model.block);
  const AllocationCounts end = tracker->Stop();
  EXPECT_EQ(held.live_bytes, model.live);
  EXPECT_EQ(held.peak_bytes, model.peak);
  EXPECT_EQ(held.allocations, 1 + model.moved);
  EXPECT_EQ(end.live_bytes, 0);
  // It did what its name says.
  EXPECT_GT(model.grown_in_place, 0);
  EXPECT_GT(model.shrunk_in_place, 0);
  EXPECT_GT(model.moved, 0);
}

TEST_F(AllocationTest, OlderBlocksFreedMakeLiveNegativeNeverThePeakHuge) {
  void* volatile old_block = std::malloc(500'000);
  const int64_t old_bytes = Usable(old_block);
  Result<AllocationTracker> tracker = AllocationTracker::Start();
  ASSERT_TRUE(tracker.ok()) << tracker.message();
  std::free(old_block);
  const AllocationCounts freed = tracker->Now();
  void* volatile block = std::malloc(2'000'000);
  const int64_t bytes = Usable(block);
  std::free(block);
  const AllocationCounts end = tracker->Stop();
  EXPECT_EQ(freed.live_bytes, -old_bytes);
  EXPECT_EQ(freed.peak_bytes, 0);
  EXPECT_EQ(end.live_bytes, -old_bytes);
  EXPECT_EQ(end.peak_bytes, bytes - old_bytes);
}

TEST_F(AllocationTest, OlderBlocksReallocatedCountTheirDifference) {
  void* block = std::malloc(3'000);
  const int64_t before = Usable(block);
  Result<AllocationTracker> tracker = AllocationTracker::Start();
  ASSERT_TRUE(tracker.ok()) << tracker.message();
  block = std::realloc(block, 300'000);
  const AllocationCounts counts = tracker->Stop();
  EXPECT_EQ(counts.live_bytes, Usable(block) - before);
  EXPECT_EQ(counts.peak_bytes, Usable(block));
  std::free(block);
}

TEST_F(AllocationTest, NothingAndFailuresCountNothing) {
  volatile size_t huge = SIZE_MAX / 2;
  volatile size_t bad_alignment = 3;
  void* garbage = reinterpret_cast<void*>(uintptr_t{0x10});
  void* volatile kept = std::malloc(10);
  Result<AllocationTracker> tracker = AllocationTracker::Start();
  ASSERT_TRUE(tracker.ok()) << tracker.message();
  std::free(nullptr);
  void* volatile none = std::malloc(huge);
  void* volatile none_moved = std::realloc(kept, huge);
  const int error = posix_memalign(&garbage, bad_alignment, 100);
  void* volatile nothing = new (std::nothrow) char[huge];
  const AllocationCounts counts = tracker->Stop();
  EXPECT_EQ(none, nullptr);
  EXPECT_EQ(none_moved, nullptr);
  EXPECT_EQ(nothing, nullptr);
  EXPECT_NE(error, 0);
  EXPECT_EQ(counts.peak_bytes, 0);
  EXPECT_EQ(counts.live_bytes, 0);
  EXPECT_EQ(counts.allocations, 0);
  std::free(kept);
}

TEST_F(AllocationTest, ReallocToNothingFrees) {
  volatile size_t zero = 0;
  Result<AllocationTracker> tracker = AllocationTracker::Start();
  ASSERT_TRUE(tracker.ok()) << tracker.message();
  void* block = std::malloc(5'000);
  const int64_t bytes = Usable(block);
  void* rest = std::realloc(block, zero);
  const int64_t rest_bytes = rest == nullptr ? 0 : Usable(rest);
  const AllocationCounts held = tracker->Now();
  std::free(rest);
  const AllocationCounts end = tracker->Stop();
  EXPECT_GE(held.peak_bytes, bytes);
  EXPECT_EQ(held.live_bytes, rest_bytes);
  EXPECT_EQ(end.live_bytes, 0);
}

TEST_F(AllocationTest, OneAtATimeAndNothingAfterStop) {
  Result<AllocationTracker> first = AllocationTracker::Start();
  ASSERT_TRUE(first.ok()) << first.message();
  EXPECT_THAT(AllocationTracker::Start().message(), HasSubstr("another allocation tracker"));
  const AllocationCounts stopped = first->Stop();
  std::vector<std::string> other(1000, std::string(100, 'x'));
  EXPECT_EQ(first->Now().allocations, stopped.allocations);
  { EXPECT_TRUE(AllocationTracker::Start().ok()); }  // Stopped by its destructor.
  Result<AllocationTracker> again = AllocationTracker::Start();
  ASSERT_TRUE(again.ok()) << again.message();
  AllocationTracker moved = std::move(*again);
  EXPECT_EQ(moved.Stop().live_bytes, 0);
}

}  // namespace
}  // namespace assay::measure
