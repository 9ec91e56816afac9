#include "harness/measure/footprint.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "tests/harness/measure/children.h"
#include "tests/harness/measure/jemalloc.h"

namespace assay::measure {
namespace {

using testing::HasSubstr;

constexpr std::array<size_t, 5> kWeights = {9, 4'097, 100'000, 1'000'001, 12'345'678};
constexpr size_t kScratch = 3'000'001;  // Per image of the batch, while it runs.

void* Filled(size_t size) {
  void* volatile block = std::malloc(size);  // volatile: or the compiler drops malloc and free.
  std::memset(block, 1, size);
  return block;
}

// Stands for a model: weights, then scratch memory for each run, everything freed at the end.
Result<int64_t> RunPattern(const FootprintRequest& request) {
  if (request.model != "pattern") return Error(request.model + ": no such file");
  std::array<void*, kWeights.size()> weights;
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = Filled(kWeights[i]);
  const size_t scratch_bytes = kScratch * static_cast<size_t>(request.batch);
  for (int run = 0; run < 2; ++run) std::free(Filled(scratch_bytes));
  if (request.threads > 1) {
    std::thread([=] { std::free(Filled(2 * scratch_bytes)); }).join();
  }
  for (void* block : weights) std::free(block);
  return static_cast<int64_t>(scratch_bytes);
}

int64_t ExpectedPeak(size_t scratch_bytes) {
  size_t bytes = nallocx(scratch_bytes, 0);
  for (const size_t size : kWeights) bytes += nallocx(size, 0);
  return static_cast<int64_t>(bytes);
}

TEST(FootprintTest, ThePeakIsExactAndTheSameEveryTime) {
  if (!kJemalloc) GTEST_SKIP() << "jemalloc is not linked under a sanitizer";
  for (int repetition = 0; repetition < 2; ++repetition) {
    for (const int batch : {1, 3}) {
      const Result<Footprint> footprint = MeasureFootprint({.model = "pattern", .batch = batch});
      ASSERT_TRUE(footprint.ok()) << footprint.message();
      EXPECT_EQ(footprint->peak_bytes, ExpectedPeak(kScratch * static_cast<size_t>(batch)));
      EXPECT_EQ(footprint->arena_bytes, static_cast<int64_t>(kScratch) * batch);
      EXPECT_EQ(footprint->allocations, std::ssize(kWeights) + 2);
      EXPECT_EQ(footprint->unavailable, "");
      EXPECT_GT(footprint->peak_rss_bytes, *footprint->peak_bytes * 9 / 10);
    }
  }
}

TEST(FootprintTest, SeesOtherThreads) {
  if (!kJemalloc) GTEST_SKIP() << "jemalloc is not linked under a sanitizer";
  const Result<Footprint> footprint = MeasureFootprint({.model = "pattern", .threads = 2});
  ASSERT_TRUE(footprint.ok()) << footprint.message();
  const int64_t expected = ExpectedPeak(2 * kScratch);
  EXPECT_GE(*footprint->peak_bytes, expected);
  EXPECT_LT(*footprint->peak_bytes, expected + 4096);  // What starting a thread allocates.
}

#if !ASSAY_TEST_JEMALLOC
TEST(FootprintTest, IsUnavailableNeverZeroWithoutJemalloc) {
  const Result<Footprint> footprint = MeasureFootprint({.model = "pattern"});
  ASSERT_TRUE(footprint.ok()) << footprint.message();
  EXPECT_EQ(footprint->peak_bytes, std::nullopt);
  EXPECT_THAT(footprint->unavailable, testing::StartsWith("unavailable: "));
  EXPECT_EQ(footprint->arena_bytes, static_cast<int64_t>(kScratch));
  EXPECT_GT(footprint->peak_rss_bytes, 0);
}
#endif

TEST(FootprintTest, TheModelsErrorIsTheError) {
  EXPECT_EQ(MeasureFootprint({.model = "absent.onnx"}).message(), "absent.onnx: no such file");
}

TEST(FootprintTest, ATimeoutIsASentence) {
  EXPECT_THAT(MeasureFootprint({.model = "pattern"}, 0).message(), HasSubstr("no answer within"));
}

}  // namespace

void RegisterTestFootprint() { RegisterFootprint(RunPattern); }

}  // namespace assay::measure
