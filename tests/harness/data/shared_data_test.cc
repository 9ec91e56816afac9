// The real data sets of development, where they are.
#include <gmock/gmock.h>

#include <filesystem>

#include "harness/data/image.h"
#include "harness/data/pipeline.h"

namespace assay::data {
namespace {

const std::filesystem::path kShared = ASSAY_SHARED_DATA;

#define SKIP_WITHOUT(path) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << (path)

Pipeline Open(std::string_view name, const Options& options, std::vector<TransformSpec> steps) {
  auto dataset = OpenDataset(name, options);
  EXPECT_TRUE(dataset.ok()) << dataset.message();
  auto pipeline = Pipeline::Make(*std::move(dataset), {std::move(steps), Layout::kChw});
  EXPECT_TRUE(pipeline.ok()) << pipeline.message();
  return *std::move(pipeline);
}

// Mean of all elements of all samples: what a wrong channel order, offset or scale would move.
double Mean(const Pipeline& pipeline, int64_t count) {
  const Shape& shape = pipeline.sample_shape();
  Tensor sample(DType::kF32, {1, shape[0], shape[1], shape[2]});
  double sum = 0;
  int64_t label = 0;
  for (int64_t i = 0; i < count; ++i) {
    EXPECT_TRUE(pipeline.Load(i, sample.view(), std::span(&label, 1)).ok());
    for (float value : sample.as<float>()) sum += value;
  }
  return sum / static_cast<double>(count * shape.elements());
}

TEST(SharedData, Cifar10) {
  const auto file = kShared / "cifar10/test_1000.bin";
  SKIP_WITHOUT(file);
  const Options options{{{"root", file.string()}}};
  const Pipeline raw = Open("CIFAR10", options, {});
  EXPECT_EQ(raw.size(), 1000);
  EXPECT_EQ(raw.sample_shape(), (Shape{3, 32, 32}));
  EXPECT_NEAR(Mean(raw, 1000), 121, 3);
  const Pipeline normalized =
      Open("CIFAR10", options,
           {{"Rescale", {}},
            {"Normalize", {{{"mean", {0.485, 0.456, 0.406}}, {"std", {0.229, 0.224, 0.225}}}}}});
  EXPECT_NEAR(Mean(normalized, 1000), 0.1, 0.1);
}

TEST(SharedData, ImagenetValidation) {
  const auto folder = kShared / "imagenet";
  SKIP_WITHOUT(folder);
  const Options options{{{"data_path", (folder / "val").string()},
                         {"image_list", (folder / "val.txt").string()},
                         {"label_offset", 1}}};
  const Pipeline pipeline = Open("ImagenetRaw", options,
                                 {{"Resize", {{{"size", 224}, {"antialias", true}}}},
                                  {"Normalize", {{{"mean", 127.5}, {"std", 127.5}}}}});
  EXPECT_EQ(pipeline.size(), 650);
  EXPECT_EQ(pipeline.sample_shape(), (Shape{3, 224, 224}));
  EXPECT_NEAR(Mean(pipeline, 20), -0.1, 0.15);
  Tensor first(DType::kF32, {1, 3, 224, 224});
  int64_t label = 0;
  ASSERT_TRUE(pipeline.Load(0, first.view(), std::span(&label, 1)).ok());
  EXPECT_EQ(label, 473);
}

TEST(SharedData, EveryFaceDecodes) {
  const auto folder = kShared / "face/photos";
  SKIP_WITHOUT(folder);
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const auto image = DecodeImage(file.path());
    ASSERT_TRUE(image.ok()) << image.message();
    EXPECT_GE(image->shape()[0], 240);
    EXPECT_EQ(image->shape()[2], 3);
  }
}

}  // namespace
}  // namespace assay::data
