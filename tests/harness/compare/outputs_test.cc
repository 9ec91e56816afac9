#include "harness/compare/outputs.h"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::compare {
namespace {

std::vector<Tensor> Floats(std::vector<float> values) {
  const auto size = static_cast<int64_t>(values.size());
  std::vector<Tensor> tensors;
  tensors.push_back(Tensor::Of<float>(Shape{size}, values));
  return tensors;
}

std::vector<Tensor> Integers(std::vector<int64_t> values) {
  const auto size = static_cast<int64_t>(values.size());
  std::vector<Tensor> tensors;
  tensors.push_back(Tensor::Of<int64_t>(Shape{size}, values));
  return tensors;
}

TEST(OutputDifference, SaysHowFar) {
  EXPECT_EQ(OutputDifference(Floats({1, 2}), Floats({1, 2})), "equal");
  EXPECT_EQ(OutputDifference(Floats({1, -4}), Floats({1.5f, -4})), "within 1.2e-01 of the largest");
  EXPECT_EQ(OutputDifference(Integers({1, 2, 3}), Integers({1, 7, 8})), "2 of 3 differ");
  EXPECT_EQ(OutputDifference(Integers({1}), Integers({1})), "equal");
}

TEST(OutputDifference, NanIsNoDistance) {
  const float nan = std::nanf("");
  EXPECT_EQ(OutputDifference(Floats({nan, 2}), Floats({nan, 2})), "equal");
  EXPECT_EQ(OutputDifference(Floats({1, 2}), Floats({nan, 2})), "1 of 2 differ");
  EXPECT_EQ(OutputDifference(Floats({0, 0}), Floats({0, 1})), "1 of 2 differ");
}

TEST(OutputDifference, OtherTypesAndShapes) {
  EXPECT_EQ(OutputDifference(Floats({1}), Floats({1, 2})), "other outputs");
  EXPECT_EQ(OutputDifference(Floats({1}), Integers({1})), "other outputs");
  EXPECT_EQ(OutputDifference(Floats({1}), {}), "other outputs");
}

}  // namespace
}  // namespace assay::compare
