// COCOmAP and mAP: hand-computed values, formats of outputs, refusals, and whether the outcomes of
// images say how far the value would vary. coco_map_test.py compares with an oracle.
#include <gmock/gmock.h>

#include <cmath>
#include <numeric>
#include <random>

#include "harness/data/average_precision.h"
#include "harness/data/metric.h"
#include "objectives/stats/random.h"
#include "tests/temporary_folder.h"

namespace assay::data {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

// Two images of 100 x 200 pixels, categories 5 and 8; a box of 10 x 10 of each in image 1, one of
// category 5 in image 2, and a crowd there.
constexpr char kAnnotations[] = R"({
  "images": [{"id": 1, "width": 200, "height": 100}, {"id": 2, "width": 200, "height": 100},
             {"id": 3}],
  "categories": [{"id": 5}, {"id": 8}],
  "annotations": [
    {"image_id": 1, "category_id": 5, "bbox": [0, 0, 10, 10]},
    {"image_id": 1, "category_id": 8, "bbox": [50, 50, 10, 10]},
    {"image_id": 2, "category_id": 5, "bbox": [20, 20, 10, 10]},
    {"image_id": 2, "category_id": 5, "bbox": [60, 60, 40, 40], "iscrowd": 1}]})";

class DetectionMetric : public testing::Test {
 protected:
  Result<std::unique_ptr<Metric>> Make(const char* name, Options options = {}) {
    options.values.emplace("anno_path", dir_.Write("a.json", kAnnotations).string());
    return MakeMetric(name, options);
  }
  // `found`: x1, y1, x2, y2, score, class; as many of each image.
  static Status Update(Metric& metric, const std::vector<int64_t>& images,
                       const std::vector<float>& found) {
    const auto n = static_cast<int64_t>(images.size());
    const auto k = static_cast<int64_t>(found.size()) / 6 / n;
    Tensor boxes(DType::kF32, {n, k, 4}), scores(DType::kF32, {n, k}), classes(DType::kI64, {n, k});
    for (size_t i = 0; i < static_cast<size_t>(n * k); ++i) {
      std::copy_n(&found[6 * i], 4, &boxes.as<float>()[4 * i]);
      scores.as<float>()[i] = found[6 * i + 4];
      classes.as<int64_t>()[i] = static_cast<int64_t>(found[6 * i + 5]);
    }
    const TensorView outputs[] = {boxes.view(), scores.view(), classes.view()};
    return metric.UpdateAll(outputs, images);
  }

  TemporaryFolder dir_;
};

TEST_F(DetectionMetric, PerfectDetectionsHaveOne) {
  for (const char* name : {"COCOmAP", "mAP"}) {
    auto metric = Make(name);
    ASSERT_TRUE(metric.ok()) << metric.message();
    EXPECT_TRUE(std::isnan((*metric)->value()));
    ASSERT_TRUE(Update(**metric, {1, 2}, {0,  0,  10, 10, 0.9f, 5, 50, 50, 60, 60, 0.8f, 8,  //
                                          20, 20, 30, 30, 0.7f, 5, 0,  0,  0,  0,  0,    5})
                    .ok());
    EXPECT_NEAR((*metric)->value(), 1, 1e-12) << name;
    EXPECT_EQ((*metric)->samples(), 2);
    EXPECT_THAT((*metric)->outcomes(), ElementsAre(DoubleNear(1, 1e-12), DoubleNear(1, 1e-12)));
    EXPECT_TRUE((*metric)->higher_is_better());
    EXPECT_FALSE((*metric)->outcomes_stay());
    EXPECT_EQ((*metric)->fingerprint().size(), 16u);
    (*metric)->Reset();
    EXPECT_EQ((*metric)->samples(), 0);
  }
}

TEST_F(DetectionMetric, ValuesByHand) {
  // Category 5 has two objects: a false alarm comes first, then a hit of one: precision 1/2 up to a
  // recall of 1/2. Category 8: its hit has IoU 80 / 120, so it counts at 0.5, 0.55, 0.6, 0.65.
  const std::vector<float> found = {90, 0,  99, 9,  0.9f, 5, 50, 52, 60, 62, 0.8f,  8,  //
                                    20, 20, 30, 30, 0.7f, 5, 70, 70, 80, 80, 0.95f, 5};
  auto metric = Make("COCOmAP");
  ASSERT_TRUE(Update(**metric, {1, 2}, found).ok());  // The last one is in the crowd.
  const double five = 51 * 0.5 / 101, eight = 4.0 / 10;
  EXPECT_NEAR((*metric)->value(), (five + eight) / 2, 1e-12);
  auto area = Make("mAP");
  ASSERT_TRUE(Update(**area, {1, 2}, found).ok());
  EXPECT_NEAR((*area)->value(), (0.25 + 1) / 2, 1e-12);
  auto eleven = Make("mAP", {{{"map_points", 11}, {"iou_thrs", "0.7"}}});
  ASSERT_TRUE(Update(**eleven, {1, 2}, found).ok());
  EXPECT_NEAR((*eleven)->value(), (6 * 0.5 / 11 + 0) / 2, 1e-12);
  // An image without objects of a category, and detections there, are false alarms.
  ASSERT_TRUE(Update(**area, {3}, {0, 0, 9, 9, 1, 8}).ok());
  EXPECT_NEAR((*area)->value(), (0.25 + 0.5) / 2, 1e-12);
}

TEST_F(DetectionMetric, OrderOfSamplesChangesNothing) {
  const std::vector<float> first = {0, 0, 10, 10, 0.5f, 5}, second = {0, 0, 9, 9, 0.5f, 5};
  auto metric = Make("COCOmAP"), other = Make("COCOmAP");
  ASSERT_TRUE(Update(**metric, {1}, first).ok() && Update(**metric, {2}, second).ok());
  ASSERT_TRUE(Update(**other, {2}, second).ok() && Update(**other, {1}, first).ok());
  EXPECT_EQ((*metric)->value(), (*other)->value());
  EXPECT_EQ((*metric)->outcomes()[0], (*other)->outcomes()[1]);
}

TEST_F(DetectionMetric, ReadsOtherFormats) {
  // In image 1, of 200 x 100 pixels, normalized; classes are columns behind one of background.
  Tensor scores = Tensor::Of<float>({1, 2, 3}, {0, 0.9f, 0, 0, 0, 0.8f});
  const auto value = [&](const char* corners, const std::vector<float>& boxes) {
    auto metric = Make("mAP", {{{"outputs", Option::List({"scores", "none", "boxes"})},
                                {"box_format", corners},
                                {"extent", {1, 1}},
                                {"classes_are", "indices"},
                                {"class_offset", -1}}});
    EXPECT_TRUE(metric.ok()) << metric.message();
    Tensor tensor = Tensor::Of<float>({1, 2, 4}, boxes);
    const TensorView outputs[] = {scores.view(), scores.view(), tensor.view()};
    const Status status = (*metric)->UpdateAll(outputs, std::vector<int64_t>{1});
    EXPECT_TRUE(status.ok()) << status.message();
    return (*metric)->value();
  };
  EXPECT_NEAR(value("xyxy", {0, 0, 0.05f, 0.1f, 0.25f, 0.5f, 0.3f, 0.6f}), 1, 1e-12);
  EXPECT_NEAR(value("yxyx", {0, 0, 0.1f, 0.05f, 0.5f, 0.25f, 0.6f, 0.3f}), 1, 1e-12);
  EXPECT_NEAR(value("xywh", {0, 0, 0.05f, 0.1f, 0.25f, 0.5f, 0.05f, 0.1f}), 1, 1e-12);
  EXPECT_NEAR(value("cxcywh", {0.025f, 0.05f, 0.05f, 0.1f, 0.275f, 0.55f, 0.05f, 0.1f}), 1, 1e-12);
  EXPECT_NEAR(value("xyxy", {0, 0, 0.1f, 0.05f, 0.5f, 0.25f, 0.6f, 0.3f}), 0, 1e-12);
}

TEST_F(DetectionMetric, SuppressesWhatOverlaps) {
  const std::vector<float> found = {0, 0, 10, 10, 0.9f, 5, 0,  1,  10, 11, 0.8f, 5,  //
                                    0, 0, 10, 10, 0.7f, 8, 50, 50, 60, 60, 0.6f, 8};
  auto all = Make("mAP"), kept = Make("mAP", {{{"nms", 0.5}}});
  auto strict = Make("mAP", {{{"nms", 0.5}, {"score_threshold", 0.65}}});
  for (Metric* metric : {all->get(), kept->get(), strict->get()}) {
    ASSERT_TRUE(Update(*metric, {1}, found).ok());
  }
  EXPECT_NEAR((*all)->value(), (1 + 0.5) / 2, 1e-12);
  EXPECT_NEAR((*kept)->value(), (1 + 0.5) / 2, 1e-12);  // The second alarm came after the hit.
  EXPECT_NEAR((*strict)->value(), 0.5, 1e-12);
  const std::vector<float> doubled = {0,  0,  10, 9,  0.9f, 5, 0, 0, 10, 9, 0.8f, 5,  //
                                      20, 20, 30, 30, 0.7f, 5, 0, 0, 0,  0, 0,    5};
  auto twice = Make("mAP"), once = Make("mAP", {{{"nms", 0.5}}});
  ASSERT_TRUE(Update(**twice, {1, 2}, doubled).ok() && Update(**once, {1, 2}, doubled).ok());
  EXPECT_NEAR((*twice)->value(), (0.5 + 0.5 * 2 / 3) / 2, 1e-12);
  EXPECT_NEAR((*once)->value(), (1 + 0.0) / 2, 1e-12);
}

TEST_F(DetectionMetric, NumbersThatAreNoneAreNoDetections) {
  auto metric = Make("mAP");
  ASSERT_TRUE(Update(**metric, {1}, {NAN, 0,  10, 10, 1,    5, 0, 0, INFINITY, 10, 1,    5,  //
                                     0,   0,  10, 10, NAN,  5, 0, 0, 10,       10, 0.5f, 5,  //
                                     10,  10, 0,  0,  0.4f, 5, 0, 0, 10,       10, 0.9f, 77})
                  .ok());
  EXPECT_NEAR((*metric)->value(), 0.5, 1e-12);
}

TEST_F(DetectionMetric, OnlyTheBestCount) {
  const std::vector<float> found = {90, 0, 99, 9, 0.9f, 5, 0, 0, 10, 10, 0.8f, 5};
  auto metric = Make("mAP", {{{"max_detections", 1}}});
  ASSERT_TRUE(Update(**metric, {1}, found).ok());
  EXPECT_EQ((*metric)->value(), 0);
}

TEST_F(DetectionMetric, RefusesWhatItCannotJudge) {
  auto metric = Make("COCOmAP");
  const std::vector<float> one = {0, 0, 1, 1, 1, 5};
  EXPECT_THAT(Update(**metric, {4}, one).message(),
              HasSubstr("sample 0 has label 4, but no image of the annotations has that id"));
  ASSERT_TRUE(Update(**metric, {1}, one).ok());
  EXPECT_THAT(Update(**metric, {1}, one).message(), HasSubstr("sample 1 is image 1 a second time"));
  EXPECT_EQ((*metric)->samples(), 1);
  Tensor boxes(DType::kF32, {1, 3, 4}), scores(DType::kF32, {1, 2}), classes(DType::kI64, {1, 3});
  const std::vector<int64_t> two = {2};
  EXPECT_THAT((*metric)->Update(boxes.view(), two).message(),
              HasSubstr("the model has 1 outputs, but 'outputs' names 3"));
  const TensorView wrong[] = {boxes.view(), scores.view(), classes.view()};
  EXPECT_THAT((*metric)->UpdateAll(wrong, two).message(), HasSubstr("expected scores float[1, 3"));
  const TensorView worse[] = {scores.view(), scores.view(), classes.view()};
  EXPECT_THAT((*metric)->UpdateAll(worse, two).message(),
              HasSubstr("expected boxes float[1, k, 4]"));
  Tensor good(DType::kF32, {1, 3});
  const TensorView few[] = {boxes.view(), good.view(), scores.view()};
  EXPECT_THAT((*metric)->UpdateAll(few, two).message(),
              HasSubstr("expected a score and a class for each of 3 boxes"));
  auto normalized = Make("COCOmAP", {{{"extent", {1, 1}}}});
  EXPECT_THAT(Update(**normalized, {3}, one).message(), HasSubstr("image 3 has no width"));
}

TEST_F(DetectionMetric, RefusesBadKeys) {
  const auto error = [&](const char* key, Option value) {
    return Make("COCOmAP", {{{key, std::move(value)}}}).message();
  };
  for (const char* bad :
       {"", "x", "0.5:", "0.5:0.05", "0.9:0.1:0.5", "0:0.001:1", "2", "0.5:0:1"}) {
    EXPECT_THAT(error("iou_thrs", bad), HasSubstr("'iou_thrs' must be a number in [0, 1]")) << bad;
  }
  EXPECT_THAT(error("map_points", 50), HasSubstr("must be 0, 11 or 101"));
  EXPECT_THAT(error("outputs", "boxes"), HasSubstr("must name boxes and scores"));
  EXPECT_THAT(error("outputs", Option::List({"boxes", "boxes", "scores"})), HasSubstr("each once"));
  EXPECT_THAT(error("outputs", "bokses"), HasSubstr("must be of boxes, scores"));
  EXPECT_THAT(error("extent", 1), HasSubstr("must be [height, width]"));
  EXPECT_THAT(error("nms", 2), HasSubstr("must be from 0 to 1"));
  EXPECT_THAT(error("iou_thr", 0.5), HasSubstr("did you mean 'iou_thrs'?"));
  EXPECT_THAT(MakeMetric("COCOmAP", {}).message(), HasSubstr("'anno_path' is missing"));
  EXPECT_THAT(MakeMetric("COCOmAP", {{{"anno_path", "none.json"}}, "tune.yaml:4"}).message(),
              HasSubstr("tune.yaml:4: none.json: no such file"));
}

// A category in `n` images: matches by falling score, and objects by image. With `worse` some of
// the hits are missed, as by a quantized model.
struct World {
  std::vector<Match> matches;
  std::vector<int64_t> objects;

  World(int64_t n, double worse) : objects(static_cast<size_t>(n)) {
    std::mt19937_64 generator(5), losses(6);
    const auto uniform = [](auto& source) { return static_cast<double>(source() >> 11) * 0x1p-53; };
    for (int64_t image = 0; image < n; ++image) {
      const double ease = uniform(generator);  // Images differ, as real ones do.
      objects[static_cast<size_t>(image)] = 1 + static_cast<int64_t>(4 * uniform(generator));
      for (int64_t k = 0; k < objects[static_cast<size_t>(image)] + 3; ++k) {
        const bool object = k < objects[static_cast<size_t>(image)];
        const double score = uniform(generator) * (object ? 0.5 + ease : 0.7);
        const bool lost = uniform(losses) < worse;
        if (object && (score < 0.3 || lost)) continue;
        matches.push_back({static_cast<float>(score), image, object ? 1u : 0u, 0});
      }
    }
    std::ranges::sort(matches, {}, [](const Match& match) { return -match.score; });
  }

  double Average(std::span<const double> weights, int points = 101) const {
    std::vector<Match> drawn;
    double all = 0;
    for (size_t i = 0; i < objects.size(); ++i) all += weights[i] * static_cast<double>(objects[i]);
    for (const Match& match : matches) {
      drawn.insert(drawn.end(), static_cast<size_t>(weights[static_cast<size_t>(match.image)]),
                   match);
    }
    return PrecisionCurve(drawn, 0, static_cast<int64_t>(all)).Average(points);
  }

  std::vector<double> Influence() const {
    std::vector<double> influence(objects.size());
    const int64_t all = std::reduce(objects.begin(), objects.end());
    PrecisionCurve(matches, 0, all).AddInfluence(objects, 1, influence);
    return influence;
  }
};

double Deviation(std::span<const double> values) {
  const double n = static_cast<double>(values.size());
  const double mean = std::reduce(values.begin(), values.end()) / n;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / n);
}

// The spread of the value over resampled images, each time recomputed, is what the outcomes say: of
// one model, and of the difference of two.
TEST(PrecisionCurve, OutcomesSayHowFarTheValueVaries) {
  constexpr int64_t kImages = 400;
  const World exact(kImages, 0), worse(kImages, 0.1);
  std::vector<double> of_one, of_difference;
  std::mt19937_64 generator(1);
  for (int resample = 0; resample < 1000; ++resample) {
    std::vector<double> weights(kImages);
    for (int64_t i = 0; i < kImages; ++i) weights[UniformIndex(generator, kImages)] += 1;
    of_one.push_back(exact.Average(weights));
    of_difference.push_back(of_one.back() - worse.Average(weights));
  }
  const std::vector<double> influence = exact.Influence(), other = worse.Influence();
  EXPECT_NEAR(std::reduce(influence.begin(), influence.end()), 0, 1e-12);
  std::vector<double> difference(kImages);
  for (size_t i = 0; i < difference.size(); ++i) difference[i] = influence[i] - other[i];
  const double root = std::sqrt(kImages);
  EXPECT_NEAR(Deviation(influence) * root / Deviation(of_one), 1, 0.1);
  EXPECT_NEAR(Deviation(difference) * root / Deviation(of_difference), 1, 0.1);
}

TEST(PrecisionCurve, InfluenceIsTheDerivative) {
  const World world(30, 0);
  const std::vector<double> influence = world.Influence();
  std::vector<double> many(30, 2000.0);
  const double before = world.Average(many, 0);
  for (size_t i = 0; i < many.size(); i += 7) {
    many[i] += 1;
    EXPECT_NEAR((world.Average(many, 0) - before) * 2000, influence[i], 1e-4) << i;
    many[i] -= 1;
  }
}

}  // namespace
}  // namespace assay::data
