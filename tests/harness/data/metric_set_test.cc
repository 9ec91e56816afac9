#include "harness/data/metric_set.h"

#include <gmock/gmock.h>

namespace assay::data {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;

Options Where(std::string where) { return {.values = {}, .where = std::move(where)}; }

Status Update(MetricSet& set) {
  Tensor outputs = Tensor::Of<float>({2, 2}, {0, 1, 2, 0});
  Tensor reference = Tensor::Of<float>({2, 2}, {1, 0, 1, 0});
  const TensorView all[] = {outputs.view()};
  return set.Update(all, std::vector<int64_t>{1, 0}, reference.view());
}

TEST(MetricSet, TheFirstStandsForAllWithoutWeights) {
  auto set = MetricSet::Make(std::vector<MetricSpec>{{"topk", {}}, {"fidelity", {}}}, {});
  ASSERT_TRUE(set.ok()) << set.message();
  EXPECT_TRUE(set->wants_reference());
  ASSERT_TRUE(Update(*set).ok());
  EXPECT_EQ(set->value(), 1);
  EXPECT_THAT(set->values(), ElementsAre(1, 0.5));
  EXPECT_THAT(set->outcomes(), ElementsAre(1, 1));
  EXPECT_THAT(set->directions(), ElementsAre(true, true));
  EXPECT_EQ(set->samples(), 2);
}

TEST(MetricSet, WeighsValuesAndOutcomes) {
  auto set = MetricSet::Make(std::vector<MetricSpec>{{"topk", {}}, {"fidelity", {}}}, {0.25, 0.75});
  ASSERT_TRUE(set.ok()) << set.message();
  ASSERT_TRUE(Update(*set).ok());
  EXPECT_DOUBLE_EQ(set->value(), 0.25 + 0.75 / 2);
  EXPECT_THAT(set->outcomes(), ElementsAre(DoubleEq(0.25), DoubleEq(1)));
}

// What stops a pass looks at the first only, or at all that are weighted.
TEST(MetricSet, OutcomesStayWhereThoseOfItsValueDo) {
  const std::vector<MetricSpec> specs = {{"topk", {}}, {"F1", {}}};
  const auto each = MetricSet::Make(specs, {}), mean = MetricSet::Make(specs, {0.5, 0.5});
  ASSERT_TRUE(each.ok() && mean.ok());
  EXPECT_TRUE(each->outcomes_stay());
  EXPECT_FALSE(mean->outcomes_stay());
  EXPECT_TRUE(each->outcomes_stay(0));
  EXPECT_FALSE(each->outcomes_stay(1));
}

TEST(MetricSet, SettledOutcomesAreOfWhatIsJudged) {
  const std::vector<MetricSpec> specs = {{"F1", {}}, {"topk", {}}, {"fidelity", {}}};
  auto each = MetricSet::Make(specs, {});
  auto mean = MetricSet::Make(std::span(specs).subspan(1), {0.5, 0.5});
  auto changing = MetricSet::Make(specs, {0.5, 0.25, 0.25});
  for (auto* set : {&each, &mean, &changing}) {
    ASSERT_TRUE(set->ok()) << set->message();
    ASSERT_TRUE(Update(**set).ok());
  }
  EXPECT_THAT(each->settled_outcomes(),
              ElementsAre(ElementsAre(), ElementsAre(1, 1), ElementsAre(0, 1)));
  EXPECT_THAT(mean->settled_outcomes(), ElementsAre(ElementsAre(0.5, 1)));
  EXPECT_THAT(changing->settled_outcomes(), ElementsAre(ElementsAre()));
}

TEST(MetricSet, RefusesAndSaysWhere) {
  const std::vector<MetricSpec> opposed = {{"topk", {}}, {"MSE", Where("tune.yaml:7")}};
  EXPECT_TRUE(MetricSet::Make(opposed, {}).ok());
  EXPECT_THAT(MetricSet::Make(opposed, {0.5, 0.5}).message(),
              HasSubstr("tune.yaml:7: found weights for topk and MSE"));
  auto set = MetricSet::Make(opposed, {});
  EXPECT_THAT(Update(*set).message(), HasSubstr("tune.yaml:7: MSE against labels wants one"));
}

}  // namespace
}  // namespace assay::data
