#include "harness/engine/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace assay::engine {
namespace {

TEST(Arena, NothingNeedsNothing) {
  const ArenaLayout layout = PlaceInArena({});
  EXPECT_EQ(layout.bytes, 0u);
  EXPECT_EQ(layout.lower_bound, 0u);
}

TEST(Arena, SharesMemoryOverTime) {
  const std::vector<Lifetime> chain = {{100, 0, 1}, {200, 1, 2}, {100, 2, 3}, {200, 3, 4}};
  const ArenaLayout layout = PlaceInArena(chain);
  EXPECT_EQ(layout.lower_bound, 384u);  // 128 + 256: sizes are rounded up to 64.
  EXPECT_EQ(layout.bytes, 384u);
}

TEST(Arena, FillsTheSmallestGap) {
  // The two large ones enclose gaps of 64 and 128 bytes at step 1 once the short-lived are gone.
  const std::vector<Lifetime> lifetimes = {
      {1024, 0, 3}, {512, 0, 3}, {256, 0, 0}, {64, 1, 1}, {64, 1, 1}};
  const ArenaLayout layout = PlaceInArena(lifetimes);
  EXPECT_EQ(layout.bytes, layout.lower_bound);
}

// No two that live together overlap, all are aligned and inside, and the bound holds.
TEST(Arena, KeepsApartWhatLivesTogether) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<Lifetime> lifetimes(1 + random() % 40);
    for (Lifetime& lifetime : lifetimes) {
      lifetime.bytes = random() % 5000;
      lifetime.first = static_cast<int>(random() % 20);
      lifetime.last = lifetime.first + static_cast<int>(random() % 6);
    }
    const ArenaLayout layout = PlaceInArena(lifetimes);
    EXPECT_GE(layout.bytes, layout.lower_bound);
    for (size_t i = 0; i < lifetimes.size(); ++i) {
      EXPECT_EQ(layout.offsets[i] % 64, 0u);
      EXPECT_LE(layout.offsets[i] + lifetimes[i].bytes, layout.bytes);
      for (size_t j = 0; j < i; ++j) {
        const bool apart = layout.offsets[i] + lifetimes[i].bytes <= layout.offsets[j] ||
                           layout.offsets[j] + lifetimes[j].bytes <= layout.offsets[i];
        EXPECT_TRUE(apart || !lifetimes[i].Overlaps(lifetimes[j])) << round;
      }
    }
  }
}

// One step makes a value of any size and reads a few earlier ones; some have scratch memory.
std::vector<Lifetime> RandomGraph(int steps, std::mt19937& random) {
  std::vector<Lifetime> lifetimes;
  const auto size = [&] {
    const unsigned scale = random() % 8, factor = 1 + random() % 16;
    return (size_t{64} << scale) * factor;
  };
  for (int i = 0; i < steps; ++i) {
    for (unsigned reads = 1 + random() % 3; reads > 0; --reads) {
      const unsigned furthest = random() % 2 == 0 ? 8 : 2;
      const int back = 1 + static_cast<int>(random() % furthest);
      if (back <= i) lifetimes[static_cast<size_t>(i - back)].last = i;
    }
    lifetimes.push_back({size(), i, i + 1});
  }
  for (int i = 0; i < steps; ++i) {
    if (random() % 3 == 0) lifetimes.push_back({size(), i, i});
  }
  return lifetimes;
}

TEST(Arena, IsCloseToTheBound) {
  std::mt19937 random(11);
  double largest = 1;
  int exact = 0, rounds = 0;
  for (int steps : {10, 20, 60, 150}) {
    for (int round = 0; round < 150; ++round, ++rounds) {
      const ArenaLayout layout = PlaceInArena(RandomGraph(steps, random));
      exact += layout.bytes == layout.lower_bound;
      largest = std::max(
          largest, static_cast<double>(layout.bytes) / static_cast<double>(layout.lower_bound));
    }
  }
  EXPECT_LE(largest, 1.05);
  EXPECT_GE(exact, rounds * 98 / 100);
}

TEST(Arena, StaysNearWhereManyAllowFewAttempts) {
  std::mt19937 random(13);
  std::vector<Lifetime> lifetimes(4000);
  for (Lifetime& lifetime : lifetimes) {
    lifetime.bytes = random() % 5000;
    lifetime.first = static_cast<int>(random() % 2000);
    lifetime.last = lifetime.first + static_cast<int>(random() % 6);
  }
  const ArenaLayout layout = PlaceInArena(lifetimes);
  EXPECT_LE(layout.bytes, layout.lower_bound + layout.lower_bound / 4);
}

// A definition of the bound that does not share code with it.
TEST(Arena, LowerBoundIsTheMostAliveAtOneStep) {
  std::mt19937 random(9);
  std::vector<Lifetime> lifetimes(30);
  for (Lifetime& lifetime : lifetimes) {
    lifetime.bytes = 64 * (random() % 50);
    lifetime.first = static_cast<int>(random() % 10);
    lifetime.last = lifetime.first + static_cast<int>(random() % 4);
  }
  size_t most = 0;
  for (int step = 0; step < 14; ++step) {
    size_t alive = 0;
    for (const Lifetime& lifetime : lifetimes) {
      if (lifetime.first <= step && step <= lifetime.last) alive += lifetime.bytes;
    }
    most = std::max(most, alive);
  }
  EXPECT_EQ(PlaceInArena(lifetimes).lower_bound, most);
}

}  // namespace
}  // namespace assay::engine
