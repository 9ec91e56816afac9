#include "harness/data/subset.h"

#include <gtest/gtest.h>

#include <memory>

#include "harness/data/memory_dataset.h"

namespace assay::data {
namespace {

std::shared_ptr<const Dataset> Numbers(int64_t count) {
  Tensor images(DType::kF32, Shape{count, 1, 1, 1});
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < count; ++i) {
    images.as<float>()[static_cast<size_t>(i)] = static_cast<float>(i);
    labels.push_back(100 + i);
  }
  return MakeMemoryDataset(std::move(images), Layout::kChw, std::move(labels));
}

TEST(Subset, HasItsSamplesInItsOrder) {
  const auto subset = MakeSubset(Numbers(10), {7, 2, 2});
  ASSERT_EQ(subset->size(), 3);
  EXPECT_EQ(subset->Get(0)->label, 107);
  EXPECT_EQ(subset->Get(1)->label, 102);
  EXPECT_EQ(subset->Get(2)->image.as<float>()[0], 2);
}

TEST(Subset, OtherSamplesOrAnotherOrderIsOtherData) {
  const std::string some = MakeSubset(Numbers(10), {7, 2})->fingerprint();
  EXPECT_EQ(some, MakeSubset(Numbers(10), {7, 2})->fingerprint());
  EXPECT_NE(some, MakeSubset(Numbers(10), {2, 7})->fingerprint());
  EXPECT_NE(some, MakeSubset(Numbers(11), {7, 2})->fingerprint());
}

TEST(SubsetDeathTest, IndicesAreOfTheWhole) { EXPECT_DEATH(MakeSubset(Numbers(3), {3}), "index"); }

}  // namespace
}  // namespace assay::data
