#include "harness/measure/cold.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/measure/bandwidth.h"
#include "kernels/base/buffer.h"
#include "objectives/stats/order.h"

namespace assay::measure {
namespace {

uint64_t Sum(std::span<const uint8_t> bytes) {
  uint64_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 64) sum += bytes[i];
  return sum;
}

// The same bytes, once as activations, which are read again, and once as what must be cold.
TEST(TimeCold, AllButTheActivationsIsCold) {
  const Buffer data = Buffer::Zeroed(1 << 20);
  const std::span<const uint8_t> bytes(data.data(), data.size());
  volatile uint64_t sink = 0;
  const auto read = [&] { sink = sink + Sum(bytes); };
  const std::vector<ColdSubject> subjects = {{read, {bytes}}, {read, {}}};
  const auto seconds = TimeCold(subjects, {.min_rounds = 5, .max_rounds = 15});
  ASSERT_EQ(seconds.size(), 2u);
  EXPECT_EQ(seconds[0].size(), seconds[1].size());
  EXPECT_LT(Median(seconds[0]), Median(seconds[1]));
}

TEST(TimeCold, KeepsToItsRoundsBudgetAndStop) {
  int calls = 0;
  const std::vector<ColdSubject> subjects = {{[&] { ++calls; }, {}}};
  EXPECT_EQ(TimeCold(subjects, {.min_rounds = 1, .max_rounds = 3})[0].size(), 3u);
  EXPECT_EQ(calls, 6);
  const ColdOptions no_time = {.budget_s = 0, .min_rounds = 2, .max_rounds = 50};
  EXPECT_EQ(TimeCold(subjects, no_time)[0].size(), 2u);
  EXPECT_TRUE(TimeCold(subjects, {.stop = [] { return true; }})[0].empty());
}

TEST(DramBytesPerSecond, IsMeasuredOnce) {
  const auto rate = DramBytesPerSecond();
  if (!rate) GTEST_SKIP() << "skip: the sizes of the caches are unknown";
  EXPECT_GT(*rate, 1e8);
  EXPECT_LT(*rate, 1e12);
  EXPECT_EQ(rate, DramBytesPerSecond());
}

}  // namespace
}  // namespace assay::measure
