#include <gmock/gmock.h>

#include <cmath>

#include "harness/data/metric.h"

namespace assay::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::unique_ptr<Metric> TopK(int k) {
  auto metric = MakeMetric("topk", {{{"k", k}}});
  EXPECT_TRUE(metric.ok()) << metric.message();
  return *std::move(metric);
}

Status Update(Metric& metric, const Shape& shape, const std::vector<float>& scores,
              const std::vector<int64_t>& labels) {
  Tensor outputs = Tensor::Of<float>(shape, scores);
  return metric.Update(outputs.view(), labels);
}

TEST(TopK, CountsHits) {
  const std::vector<float> scores = {0.1f, 0.7f, 0.2f, 0.5f, 0.3f, 0.2f};
  const auto top1 = TopK(1);
  EXPECT_TRUE(std::isnan(top1->value()));
  ASSERT_TRUE(Update(*top1, {2, 3}, scores, {1, 1}).ok());
  EXPECT_THAT(top1->outcomes(), ElementsAre(1, 0));
  EXPECT_EQ(top1->value(), 0.5);
  ASSERT_TRUE(Update(*top1, {2, 3, 1, 1}, scores, {1, 0}).ok());
  EXPECT_THAT(top1->outcomes(), ElementsAre(1, 0, 1, 1));
  EXPECT_EQ(top1->value(), 0.75);
  EXPECT_EQ(top1->samples(), 4);
  EXPECT_TRUE(top1->higher_is_better());
  top1->Reset();
  EXPECT_EQ(top1->samples(), 0);
  EXPECT_THAT(top1->outcomes(), IsEmpty());

  const auto top2 = TopK(2);
  ASSERT_TRUE(Update(*top2, {2, 3}, scores, {2, 2}).ok());
  EXPECT_THAT(top2->outcomes(), ElementsAre(1, 0));
  const auto top3 = TopK(3);
  ASSERT_TRUE(Update(*top3, {2, 3}, scores, {0, 2}).ok());
  EXPECT_EQ(top3->value(), 1.0);
}

TEST(TopK, TiesGoToTheFirst) {
  const auto top1 = TopK(1);
  ASSERT_TRUE(Update(*top1, {3, 3}, {5, 5, 5, 5, 5, 5, 5, 5, 5}, {0, 1, 2}).ok());
  EXPECT_THAT(top1->outcomes(), ElementsAre(1, 0, 0));
  const auto top2 = TopK(2);
  ASSERT_TRUE(Update(*top2, {3, 3}, {5, 5, 5, 5, 5, 5, 5, 5, 5}, {0, 1, 2}).ok());
  EXPECT_THAT(top2->outcomes(), ElementsAre(1, 1, 0));
}

TEST(TopK, NanIsWrongAndInfinityIsANumber) {
  const auto top1 = TopK(1);
  ASSERT_TRUE(Update(*top1, {4, 2}, {NAN, 1, 2, NAN, NAN, NAN, INFINITY, 1}, {1, 0, 0, 0}).ok());
  EXPECT_THAT(top1->outcomes(), ElementsAre(0, 0, 0, 1));
}

TEST(TopK, RefusesWhatItCannotJudge) {
  const auto top5 = TopK(5);
  EXPECT_THAT(Update(*top5, {1, 3}, {1, 2, 3}, {0}).message(), HasSubstr("has 3 classes"));
  const auto top1 = TopK(1);
  EXPECT_THAT(Update(*top1, {1, 3}, {1, 2, 3}, {3}).message(),
              HasSubstr("sample 0 has label 3, but the model has classes 0 to 2"));
  EXPECT_FALSE(Update(*top1, {2, 3}, {1, 2, 3, 1, 2, 3}, {0, -1}).ok());
  EXPECT_THAT(Update(*top1, {2, 3}, {1, 2, 3, 4, 5, 6}, {0}).message(), HasSubstr("[1, classes]"));
  EXPECT_FALSE(Update(*top1, {3}, {1, 2, 3}, {0, 1, 2}).ok());
  EXPECT_FALSE(Update(*top1, {1, 3, 2}, {1, 2, 3, 4, 5, 6}, {0}).ok());
  Tensor bytes(DType::kU8, {1, 3});
  EXPECT_THAT(top1->Update(bytes.view(), std::vector<int64_t>{0}).message(), HasSubstr("uint8"));
  EXPECT_EQ(top1->samples(), 0);

  EXPECT_THAT(MakeMetric("topk", {{{"k", 0}}}).message(), HasSubstr("integer from 1"));
  EXPECT_THAT(MakeMetric("topk", {{{"n", 1}}}).message(), HasSubstr("unknown key 'n'"));
  EXPECT_THAT(MakeMetric("top", {}).message(), HasSubstr("did you mean 'topk'?"));
  EXPECT_EQ((*FindMetric("topk"))->scalar_key, "k");
}

}  // namespace
}  // namespace assay::data
