#include "kernels/base/shape.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(Shape, CountsElements) {
  EXPECT_EQ(Shape{}.elements(), 1);
  EXPECT_EQ((Shape{2, 3, 4}).elements(), 24);
  EXPECT_EQ((Shape{2, 0, 4}).elements(), 0);
  EXPECT_EQ((Shape{2, 3, 4}).elements(1, 3), 12);
}

TEST(Shape, MakeRefusesWhatDoesNotFit) {
  EXPECT_TRUE(Shape::Make({1, 3, 224, 224}).ok());
  EXPECT_TRUE(Shape::Make({0, int64_t{1} << 40}).ok());
  EXPECT_FALSE(Shape::Make({-1, 3}).ok());
  EXPECT_FALSE(Shape::Make({int64_t{1} << 60, 16}).ok());
  EXPECT_FALSE(Shape::Make({int64_t{1} << 21, int64_t{1} << 21}).ok());
  EXPECT_EQ(Shape::Make({2, -7}).message(), "shape [2, -7] has a negative extent");
}

}  // namespace
}  // namespace assay
