// Metrics other than topk: values against hand-computed ones, and what they refuse.
#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "harness/data/metric.h"

namespace assay::data {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

std::unique_ptr<Metric> Made(const char* name, const Options& options = {}) {
  auto metric = MakeMetric(name, options);
  EXPECT_TRUE(metric.ok()) << metric.message();
  return *std::move(metric);
}

Status Update(Metric& metric, const Shape& shape, const std::vector<float>& values,
              const std::vector<int64_t>& labels) {
  Tensor outputs = Tensor::Of<float>(shape, values);
  return metric.Update(outputs.view(), labels);
}

Status Compare(Metric& metric, const Shape& shape, const std::vector<float>& values,
               const std::vector<float>& exact) {
  Tensor outputs = Tensor::Of<float>(shape, values), reference = Tensor::Of<float>(shape, exact);
  return metric.Compare(outputs.view(), reference.view());
}

double MeanOutcome(const Metric& metric) {
  const auto outcomes = metric.outcomes();
  return std::reduce(outcomes.begin(), outcomes.end()) / static_cast<double>(outcomes.size());
}

// By the definition: n times the derivative by the weight of a sample, had it been seen once more,
// to first order; of samples that were all seen `copies` times.
template <typename Feed>
void ExpectOutcomesAreDerivatives(const char* name, const Options& options, size_t samples,
                                  Feed feed) {
  constexpr int kCopies = 2000;
  const auto metric = Made(name, options);
  for (size_t i = 0; i < samples; ++i) feed(*metric, i);
  const auto exact = metric->outcomes();
  const std::vector<double> outcomes(exact.begin(), exact.end());
  ASSERT_EQ(outcomes.size(), samples);
  EXPECT_NEAR(MeanOutcome(*metric), metric->value(), 1e-12);
  for (size_t more = 0; more < samples; ++more) {
    const auto weighted = Made(name, options);
    for (int copy = 0; copy < kCopies; ++copy) {
      for (size_t i = 0; i < samples; ++i) feed(*weighted, i);
    }
    feed(*weighted, more);
    const double change = (weighted->value() - metric->value()) * kCopies;
    EXPECT_NEAR(metric->value() + static_cast<double>(samples) * change, outcomes[more], 0.01)
        << name << " " << more;
  }
}

TEST(Outcomes, AreTheDerivativeOfWhatIsNoMean) {
  ExpectOutcomesAreDerivatives("RMSE", {}, 4, [](Metric& metric, size_t i) {
    ASSERT_TRUE(Update(metric, {1, 1}, {static_cast<float>(i * i)}, {1}).ok());
  });
  // Hits, errors, and an answer of no class; the last class is neither labelled nor predicted.
  const std::vector<int64_t> labels = {0, 1, 1, 1, 2, 0, 1, 2}, found = {0, 1, 0, 2, 2, 1, 1, -1};
  for (const char* average : {"macro", "weighted"}) {
    ExpectOutcomesAreDerivatives("F1", {{{"average", average}}}, labels.size(),
                                 [&](Metric& metric, size_t i) {
                                   std::vector<float> scores(4, found[i] < 0 ? NAN : 0.0f);
                                   if (found[i] >= 0) scores[static_cast<size_t>(found[i])] = 1;
                                   ASSERT_TRUE(Update(metric, {1, 4}, scores, {labels[i]}).ok());
                                 });
  }
  ExpectOutcomesAreDerivatives("F1", {}, 6, [&](Metric& metric, size_t i) {
    const float score = found[i] == 1 ? 0.9f : 0.1f;
    ASSERT_TRUE(Update(metric, {1, 1}, {score}, {labels[i] == 1 ? 1 : 0}).ok());
  });
}

TEST(Outcomes, OfARootThatIsZero) {  // As of fp32 against itself.
  const auto rmse = Made("RMSE", {{{"compare_label", false}}});
  ASSERT_TRUE(Compare(*rmse, {2, 1}, {1, 2}, {1, 2}).ok());
  EXPECT_THAT(rmse->outcomes(), ElementsAre(0, 0));
}

TEST(Deviation, OfLabels) {
  const std::vector<float> outputs = {1, 4, 3};  // Deviate by 0, 2, -1.
  const auto mse = Made("MSE"), mae = Made("MAE"), rmse = Made("RMSE");
  for (Metric* metric : {mse.get(), mae.get(), rmse.get()}) {
    EXPECT_TRUE(std::isnan(metric->value()));
    ASSERT_TRUE(Update(*metric, {3, 1}, outputs, {1, 2, 4}).ok());
    EXPECT_FALSE(metric->higher_is_better());
    EXPECT_FALSE(metric->wants_reference());
    EXPECT_EQ(metric->samples(), 3);
  }
  EXPECT_DOUBLE_EQ(mse->value(), 5.0 / 3);
  EXPECT_DOUBLE_EQ(mae->value(), 1);
  EXPECT_DOUBLE_EQ(rmse->value(), std::sqrt(5.0 / 3));
  EXPECT_THAT(mse->outcomes(), ElementsAre(0, 4, 1));
  EXPECT_THAT(mae->outcomes(), ElementsAre(0, 2, 1));
  EXPECT_EQ(MeanOutcome(*rmse), rmse->value());
  EXPECT_TRUE(mse->outcomes_stay() && !rmse->outcomes_stay());
  mse->Reset();
  EXPECT_EQ(mse->samples(), 0);
}

TEST(Deviation, OfTheOutputsOfFp32) {
  const auto mae = Made("MAE", {{{"compare_label", false}}});
  EXPECT_TRUE(mae->wants_reference());
  ASSERT_TRUE(Compare(*mae, {2, 2}, {1, 2, 3, 4}, {1, 4, 0, 0}).ok());
  EXPECT_THAT(mae->outcomes(), ElementsAre(1, 3.5));  // Means over a sample's elements.
  EXPECT_DOUBLE_EQ(mae->value(), 2.25);
}

TEST(Deviation, RefusesWhatItCannotJudge) {
  const auto mse = Made("MSE");
  EXPECT_THAT(Update(*mse, {1, 2}, {1, 2}, {0}).message(), HasSubstr("compare_label: False"));
  EXPECT_THAT(Update(*mse, {2, 1}, {1, 2}, {0}).message(), HasSubstr("wants float outputs [1, "));
  Tensor outputs(DType::kF32, {1, 2}), other(DType::kF32, {1, 3});
  EXPECT_THAT(mse->Compare(outputs.view(), other.view()).message(),
              HasSubstr("like those of fp32"));
  EXPECT_EQ(mse->samples(), 0);
  EXPECT_THAT(MakeMetric("MSE", {{{"compare_label", "maybe"}}}).message(),
              HasSubstr("compare_label"));
  EXPECT_THAT(MakeMetric("MAE", {{{"k", 1}}}).message(), HasSubstr("unknown key 'k'"));
  EXPECT_THAT(MakeMetric("RMS", {}).message(), HasSubstr("did you mean 'RMSE'?"));
}

TEST(F1, OfOneClass) {
  // Predicted 1 1 0 1 0, labelled 1 0 1 1 0: two hits, one false alarm, one miss.
  const auto f1 = Made("F1");
  EXPECT_TRUE(std::isnan(f1->value()));
  ASSERT_TRUE(Update(*f1, {5, 1}, {0.9f, 0.8f, 0.1f, 0.6f, 0.5f}, {1, 0, 1, 1, 0}).ok());
  EXPECT_DOUBLE_EQ(f1->value(), 4.0 / 6);
  EXPECT_EQ(f1->samples(), 5);
  f1->Reset();
  ASSERT_TRUE(Update(*f1, {2, 2}, {1, 0, 0, 1}, {0, 1}).ok());
  EXPECT_DOUBLE_EQ(f1->value(), 1);
}

TEST(F1, OfManyClasses) {
  // Predicted 0 0 1 2, labelled 0 1 1 1: F1 of 2/3, 1/2 and 0.
  const std::vector<float> scores = {1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  const auto macro = Made("F1", {{{"average", "macro"}}});
  ASSERT_TRUE(Update(*macro, {4, 3}, scores, {0, 1, 1, 1}).ok());
  EXPECT_DOUBLE_EQ(macro->value(), (2.0 / 3 + 0.5) / 3);
  const auto weighted = Made("F1", {{{"average", "weighted"}}});
  ASSERT_TRUE(Update(*weighted, {4, 3}, scores, {0, 1, 1, 1}).ok());
  EXPECT_DOUBLE_EQ(weighted->value(), (2.0 / 3 + 3 * 0.5) / 4);
}

TEST(F1, RefusesWhatItCannotJudge) {
  const auto f1 = Made("F1");
  EXPECT_THAT(Update(*f1, {1, 3}, {1, 2, 3}, {0}).message(), HasSubstr("average: macro"));
  EXPECT_THAT(Update(*f1, {1, 1}, {1}, {2}).message(), HasSubstr("sample 0 has label 2"));
  EXPECT_THAT(MakeMetric("F1", {{{"average", "micro"}}}).message(), HasSubstr("binary"));
}

TEST(Fidelity, ByClass) {
  const auto fidelity = Made("fidelity");
  EXPECT_TRUE(fidelity->wants_reference());
  EXPECT_TRUE(fidelity->higher_is_better());
  ASSERT_TRUE(Compare(*fidelity, {3, 2}, {1, 2, 3, 2, NAN, 9}, {5, 6, 1, 2, 1, 9}).ok());
  EXPECT_THAT(fidelity->outcomes(), ElementsAre(1, 0, 0));
}

TEST(Fidelity, BySignalToNoise) {
  const auto fidelity = Made("fidelity", {{{"by", "sqnr"}}});
  const std::vector<float> exact = {10, 0, 10, 0, 3, 4, 0, 0};
  ASSERT_TRUE(Compare(*fidelity, {4, 2}, {10, 1, NAN, 0, 3, 4, 0, 0}, exact).ok());
  EXPECT_THAT(fidelity->outcomes(),
              ElementsAre(DoubleNear(100.0 / 101, 1e-12), 0, 1, 1));  // 20 dB first.
}

TEST(Fidelity, RefusesWhatItCannotJudge) {
  const auto fidelity = Made("fidelity");
  EXPECT_THAT(Update(*fidelity, {1, 2}, {1, 2}, {0}).message(), HasSubstr("not by labels"));
  EXPECT_THAT(Compare(*fidelity, {1, 2, 2}, {1, 2, 3, 4}, {1, 2, 3, 4}).message(),
              HasSubstr("one score per class"));
  EXPECT_THAT(MakeMetric("fidelity", {{{"by", "psnr"}}}).message(), HasSubstr("top1"));
}

}  // namespace
}  // namespace assay::data
