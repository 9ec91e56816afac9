#include "harness/data/pipeline.h"

#include <gmock/gmock.h>

#include <atomic>

namespace assay::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Sample i is a row of i + 1 (or a given width) RGB pixels of value i, labelled 10 * i.
class Rows final : public Dataset {
 public:
  Rows(int64_t size, int64_t width, std::atomic<int>* reads = nullptr)
      : size_(size), width_(width), reads_(reads) {}
  int64_t size() const override { return size_; }
  Result<Sample> Get(int64_t index) const override {
    if (reads_) ++*reads_;
    if (index == 7) return Error("sample 7 is broken");
    const int64_t width = width_ > 0 ? width_ : index + 1;
    std::vector<uint8_t> pixels;
    for (int64_t i = 0; i < width * 3; ++i) pixels.push_back(static_cast<uint8_t>(index + i % 3));
    return Sample{Tensor::Of<uint8_t>(Shape{1, width, 3}, pixels), 10 * index};
  }
  std::string fingerprint() const override { return "rows"; }

 private:
  const int64_t size_;
  const int64_t width_;
  std::atomic<int>* const reads_;
};

Pipeline MakePipeline(std::unique_ptr<Dataset> dataset, const PipelineSpec& spec = {}) {
  auto pipeline = Pipeline::Make(std::move(dataset), spec);
  EXPECT_TRUE(pipeline.ok()) << pipeline.message();
  return *std::move(pipeline);
}

TEST(Pipeline, FillsBatchesInTheLayoutAsked) {
  for (Layout layout : {Layout::kChw, Layout::kHwc}) {
    const Pipeline pipeline =
        MakePipeline(std::make_unique<Rows>(5, 2), {{{"Scale", {{{"scale", 2}}}}}, layout});
    Tensor batch(DType::kF32, layout == Layout::kChw ? Shape{2, 3, 1, 2} : Shape{2, 1, 2, 3});
    std::vector<int64_t> labels(2);
    ASSERT_TRUE(pipeline.Load(3, batch.view(), labels).ok());
    EXPECT_THAT(labels, ElementsAre(30, 40));
    if (layout == Layout::kChw) {
      EXPECT_THAT(batch.as<float>(), ElementsAre(6, 6, 8, 8, 10, 10, 8, 8, 10, 10, 12, 12));
    } else {
      EXPECT_THAT(batch.as<float>(), ElementsAre(6, 8, 10, 6, 8, 10, 8, 10, 12, 8, 10, 12));
    }
    Shape empty = batch.shape();
    empty[0] = 0;
    EXPECT_TRUE(pipeline.Load(5, Tensor(DType::kF32, empty).view(), {}).ok());
  }
}

TEST(Pipeline, AnExplicitTransposeChangesNothing) {
  const TransformSpec transpose{"Transpose", {{{"perm", {2.0, 0.0, 1.0}}}}};
  for (Layout layout : {Layout::kChw, Layout::kHwc}) {
    const Pipeline plain = MakePipeline(std::make_unique<Rows>(5, 2), {{}, layout});
    const Pipeline turned = MakePipeline(std::make_unique<Rows>(5, 2), {{transpose}, layout});
    const Shape& shape = plain.sample_shape();
    ASSERT_EQ(turned.sample_shape(), shape);
    Tensor expected(DType::kF32, {1, shape[0], shape[1], shape[2]});
    Tensor batch(DType::kF32, expected.shape());
    int64_t label = 0;
    ASSERT_TRUE(plain.Load(1, expected.view(), std::span(&label, 1)).ok());
    ASSERT_TRUE(turned.Load(1, batch.view(), std::span(&label, 1)).ok());
    EXPECT_THAT(batch.as<float>(), testing::ElementsAreArray(expected.as<float>()));
  }
}

TEST(Pipeline, StagedSamplesAreReadOnce) {
  std::atomic<int> reads = 0;
  Pipeline pipeline = MakePipeline(std::make_unique<Rows>(6, 2, &reads));
  std::vector<int64_t> steps;
  reads = 0;
  ASSERT_TRUE(pipeline
                  .Stage(4,
                         [&](int64_t done, int64_t total) {
                           EXPECT_EQ(total, 4);
                           steps.push_back(done);
                         })
                  .ok());
  EXPECT_THAT(steps, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(pipeline.staged(), 4);
  EXPECT_EQ(pipeline.sample_bytes(), 24);
  EXPECT_EQ(reads, 4);

  const Pipeline fresh = MakePipeline(std::make_unique<Rows>(6, 2));
  Tensor batch(DType::kF32, {6, 3, 1, 2});
  Tensor expected(DType::kF32, {6, 3, 1, 2});
  std::vector<int64_t> labels(6);
  std::vector<int64_t> expected_labels(6);
  ASSERT_TRUE(pipeline.Load(0, batch.view(), labels).ok());
  ASSERT_TRUE(fresh.Load(0, expected.view(), expected_labels).ok());
  EXPECT_EQ(reads, 6);
  EXPECT_EQ(labels, expected_labels);
  EXPECT_THAT(batch.as<float>(), testing::ElementsAreArray(expected.as<float>()));

  ASSERT_TRUE(pipeline.Stage(100).ok());
  EXPECT_EQ(pipeline.staged(), 6);
  ASSERT_TRUE(pipeline.Stage(0).ok());
  EXPECT_EQ(pipeline.staged(), 0);
}

TEST(Pipeline, FingerprintIsOfDataTransformsAndLayout) {
  const auto fingerprint = [](const PipelineSpec& spec) {
    return MakePipeline(std::make_unique<Rows>(2, 2), spec).fingerprint();
  };
  const std::string plain = fingerprint({});
  EXPECT_EQ(plain, fingerprint({}));
  EXPECT_NE(plain, fingerprint({{{"Rescale", {}}}, Layout::kChw}));
  EXPECT_NE(fingerprint({{{"Scale", {{{"scale", 2}}}}}, Layout::kChw}),
            fingerprint({{{"Scale", {{{"scale", 3}}}}}, Layout::kChw}));
  EXPECT_NE(plain, fingerprint({{}, Layout::kHwc}));
}

TEST(Pipeline, ErrorsAreSentences) {
  EXPECT_THAT(Pipeline::Make(std::make_unique<Rows>(0, 2), {}).message(), HasSubstr("no samples"));
  EXPECT_THAT(
      Pipeline::Make(std::make_unique<Rows>(2, 2), {{{"Rescal", {}}}, Layout::kChw}).message(),
      HasSubstr("did you mean 'Rescale'?"));
  EXPECT_THAT(Pipeline::Make(std::make_unique<Rows>(2, 2),
                             {{{"CenterCrop", {{{"size", 9}}}}}, Layout::kChw})
                  .message(),
              HasSubstr("sample 0: CenterCrop to 9 x 9"));

  std::vector<int64_t> labels(2);
  Tensor ragged(DType::kF32, {2, 3, 1, 1});
  EXPECT_THAT(MakePipeline(std::make_unique<Rows>(4, 0)).Load(0, ragged.view(), labels).message(),
              HasSubstr("sample 1 has shape [3, 1, 2], the first has [3, 1, 1]"));
  Tensor batch(DType::kF32, {2, 3, 1, 2});
  Pipeline broken = MakePipeline(std::make_unique<Rows>(9, 2));
  EXPECT_EQ(broken.Load(6, batch.view(), labels).message(), "sample 7 is broken");
  EXPECT_EQ(broken.Stage(9).message(), "sample 7 is broken");
  EXPECT_EQ(broken.staged(), 0);
}

TEST(PipelineDeathTest, WrongBatchIsTheCallersFault) {
  const Pipeline pipeline = MakePipeline(std::make_unique<Rows>(4, 2));
  std::vector<int64_t> labels(2);
  Tensor batch(DType::kF32, {2, 3, 1, 2});
  Tensor other(DType::kF32, {2, 3, 2, 2});
  EXPECT_DEATH((void)pipeline.Load(3, batch.view(), labels), "check failed");
  EXPECT_DEATH((void)pipeline.Load(0, other.view(), labels), "check failed");
}

}  // namespace
}  // namespace assay::data
