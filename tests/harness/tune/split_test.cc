#include "harness/tune/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "harness/data/memory_dataset.h"

namespace assay::tune {
namespace {

std::set<int64_t> AsSet(const std::vector<int64_t>& indices) {
  return {indices.begin(), indices.end()};
}

TEST(Split, EverySampleIsInOnePart) {
  const Split split = MakeSplit(1000, 0.3, 5);
  EXPECT_EQ(split.search.size(), 700u);
  EXPECT_EQ(split.confirmation.size(), 300u);
  std::set<int64_t> all = AsSet(split.search);
  all.merge(AsSet(split.confirmation));
  EXPECT_EQ(all.size(), 1000u);
  EXPECT_EQ(*all.begin(), 0);
  EXPECT_EQ(*all.rbegin(), 999);
}

// Data sets come in the order of their classes: neither part may.
TEST(Split, IsRandomAndDecidedByTheSeed) {
  const Split split = MakeSplit(1000, 0.3, 5);
  EXPECT_EQ(split.search, MakeSplit(1000, 0.3, 5).search);
  EXPECT_NE(split.search, MakeSplit(1000, 0.3, 6).search);
  EXPECT_FALSE(std::ranges::is_sorted(split.search));
  const auto upper = std::ranges::count_if(split.confirmation, [](auto i) { return i >= 500; });
  EXPECT_NEAR(static_cast<double>(upper), 150, 30);
}

TEST(Split, NothingIsSetAsideUnlessWanted) {
  EXPECT_EQ(MakeSplit(10, 0, 1).search.size(), 10u);
  EXPECT_TRUE(MakeSplit(10, 0, 1).confirmation.empty());
  EXPECT_TRUE(MakeSplit(3, 0.3, 1).confirmation.empty());
  EXPECT_EQ(MakeSplit(4, 0.3, 1).confirmation.size(), 1u);
}

// Images of one pixel with these values, staged.
data::Pipeline Images(const std::vector<float>& pixels) {
  const auto n = static_cast<int64_t>(pixels.size());
  Tensor images(DType::kF32, Shape{n, 1, 1, 1});
  std::ranges::copy(pixels, images.as<float>().begin());
  auto dataset = data::MakeMemoryDataset(std::move(images), data::Layout::kChw,
                                         std::vector<int64_t>(pixels.size()));
  auto pipeline = data::Pipeline::Make(std::move(dataset), {});
  EXPECT_TRUE(pipeline.ok() && pipeline->Stage(n).ok());
  return *std::move(pipeline);
}

TEST(CountShared, FindsSamplesWhereverTheyAre) {
  EXPECT_EQ(*CountShared(Images({1, 2, 3}), Images({4, 5})), 0);
  EXPECT_EQ(*CountShared(Images({1, 2, 3}), Images({3, 5, 1, 1})), 3);
}

}  // namespace
}  // namespace assay::tune
