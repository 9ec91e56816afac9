#include "harness/tune/predictions.h"

#include <gtest/gtest.h>

#include "objectives/stats/proportion.h"

namespace assay::tune {
namespace {

TEST(Predictions, AgreementIsTheShareOfTheSameClasses) {
  Predictions predictions;
  Tensor x = Tensor::Of<float>({4, 3}, {1, 2, 3, 3, 2, 1, 0, 5, 0, 1, 1, 0});
  Tensor y = Tensor::Of<float>({2, 3}, {0, 0, 9, 1, 8, 1});
  Tensor rest = Tensor::Of<float>({2, 3, 1, 1}, {0, 1, 0, 7, 0, 0});
  predictions.Add("x", x.view());
  predictions.Add("y", y.view());
  EXPECT_FALSE(predictions.Agreement("x", "y"));  // y has not seen as many.
  predictions.Add("y", rest.view());
  const auto agreement = predictions.Agreement("x", "y");
  ASSERT_TRUE(agreement);
  EXPECT_EQ(agreement->value, 0.75);
  EXPECT_EQ(agreement->interval.lo, Wilson(3, 4).interval.lo);
  Predictions again;
  for (const char* subject : {"x", "y"}) again.Restore(subject, predictions.ClassesOf(subject));
  EXPECT_EQ(again.Agreement("x", "y")->value, 0.75);
  predictions.Forget("y");
  EXPECT_FALSE(predictions.Agreement("x", "y"));
  EXPECT_TRUE(predictions.ClassesOf("y").empty());
}

TEST(Predictions, WhatHasNoClassesIsPassedOver) {
  Predictions predictions;
  Tensor codes = Tensor::Of<int32_t>({2, 2}, {1, 2, 3, 4});
  Tensor line = Tensor::Of<float>({2}, {1, 2});
  predictions.Add("x", codes.view());
  predictions.Add("x", line.view());
  Tensor single = Tensor::Of<float>({2, 1}, {1, 2});  // Of which one would always be ahead.
  predictions.Add("x", single.view());
  EXPECT_FALSE(predictions.Agreement("x", "x"));
}

}  // namespace
}  // namespace assay::tune
