// The contract of every observer, and what moving_average is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "harness/quantize/observer.h"
#include "kernels/base/nearest_name.h"

namespace {

std::atomic<size_t> live_bytes = 0;  // Other tests of this program have threads.

void Free(void* memory) {
  if (memory != nullptr) live_bytes -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) std::abort();
  live_bytes += malloc_usable_size(memory);
  return memory;
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }

namespace assay::quantize {
namespace {

std::vector<float> Sample(uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.2f, 1.0f + 0.01f * static_cast<float>(seed % 100));
  std::vector<float> values;
  for (int i = 0; i < 64; ++i) values.push_back(std::max(0.0f, normal(random)));
  return values;
}

class Contract : public testing::TestWithParam<const ObserverEntry*> {};
INSTANTIATE_TEST_SUITE_P(All, Contract,
                         testing::ValuesIn(AllObservers().begin(), AllObservers().end()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST_P(Contract, MemoryDoesNotGrowWithTheSamples) {
  const auto bytes_after = [](uint32_t samples) {
    const size_t before = live_bytes;
    const auto observer = GetParam()->make();
    for (uint32_t i = 0; i < samples; ++i) observer->Observe(Sample(i));
    observer->range();
    return live_bytes - before;
  };
  const size_t few = bytes_after(32);
  EXPECT_GT(few, 0u);
  EXPECT_EQ(bytes_after(10000), few);
}

TEST_P(Contract, TheRangeLiesWithinWhatWasSeen) {
  const auto observer = GetParam()->make();
  float largest = 0;
  for (uint32_t i = 0; i < 50; ++i) {
    const auto sample = Sample(i);
    largest = std::max(largest, *std::ranges::max_element(sample));
    observer->Observe(sample);
  }
  EXPECT_GE(observer->range().min, 0);
  EXPECT_LE(observer->range().max, largest);
  EXPECT_GT(observer->range().max, 1);
}

TEST_P(Contract, NothingSeenIsAnEmptyRange) {
  const auto observer = GetParam()->make();
  EXPECT_EQ(observer->range(), Range());
  const float broken[] = {std::nanf(""), std::numeric_limits<float>::infinity()};
  observer->Observe(broken);
  EXPECT_EQ(observer->range(), Range());
}

TEST(MovingAverage, AveragesTheExtremesOfSamples) {
  const auto observer =
      (*FindEntry("calibration algorithm", std::string_view("moving_average"), AllObservers()))
          ->make();
  const std::vector<float> small = {-1, 1}, large = {-1, 101};
  for (int i = 0; i < 99; ++i) observer->Observe(small);
  observer->Observe(large);
  EXPECT_NEAR(observer->range().max, 2, 1e-4);
  for (int i = 0; i < 1000; ++i) observer->Observe(large);
  EXPECT_NEAR(observer->range().max, 101, 0.1);  // The first ones are forgotten.
  EXPECT_NEAR(observer->range().min, -1, 1e-4);
}

}  // namespace
}  // namespace assay::quantize
