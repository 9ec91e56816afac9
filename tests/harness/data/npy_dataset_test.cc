#include <gmock/gmock.h>

#include "harness/data/dataset.h"
#include "harness/data/npy.h"
#include "tests/temporary_folder.h"

namespace assay::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class NpyDataset : public testing::Test {
 protected:
  Result<std::unique_ptr<Dataset>> Open(Options options = {}) {
    options.base_dir = dir_.path();
    options.values.emplace("images", "images.npy");
    return OpenDataset("npy", options);
  }
  void WriteImages(const Tensor& images) {
    EXPECT_TRUE(WriteNpy(dir_ / "images.npy", images).ok());
  }
  void WriteLabels(const Tensor& labels) {
    EXPECT_TRUE(WriteNpy(dir_ / "labels.npy", labels).ok());
  }

  TemporaryFolder dir_;
};

TEST_F(NpyDataset, ReadsImagesAndLabels) {
  WriteImages(Tensor::Of<uint8_t>({2, 1, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}));
  for (const Tensor& labels : {Tensor::Of<int64_t>({2}, {4, 5}), Tensor::Of<int32_t>({2}, {4, 5}),
                               Tensor::Of<uint8_t>({2}, {4, 5})}) {
    WriteLabels(labels);
    const auto dataset = Open({{{"labels", "labels.npy"}, {"start", 1}, {"label_offset", 1}}});
    ASSERT_TRUE(dataset.ok()) << dataset.message();
    ASSERT_EQ((*dataset)->size(), 1);
    EXPECT_EQ((*dataset)->Get(0)->label, 6);
    EXPECT_THAT((*dataset)->Get(0)->image.as<uint8_t>(), ElementsAre(5, 6, 7, 8));
  }
}

TEST_F(NpyDataset, ReadsChannelsFirstAndGray) {
  WriteImages(Tensor::Of<float>({1, 2, 1, 2}, {1, 2, 3, 4}));
  const auto dataset = Open({{{"layout", "NCHW"}}});
  ASSERT_TRUE(dataset.ok()) << dataset.message();
  EXPECT_EQ((*dataset)->Get(0)->image.shape(), (Shape{1, 2, 2}));
  EXPECT_THAT((*dataset)->Get(0)->image.as<float>(), ElementsAre(1, 3, 2, 4));
  EXPECT_EQ((*dataset)->Get(0)->label, -1);

  WriteImages(Tensor::Of<float>({1, 2, 2}, {1, 2, 3, 4}));
  EXPECT_EQ((*Open())->Get(0)->image.shape(), (Shape{2, 2, 1}));
}

TEST_F(NpyDataset, RefusesWhatIsNotImagesAndLabels) {
  EXPECT_THAT(Open().message(), HasSubstr("images.npy: no such file"));
  WriteImages(Tensor::Of<float>({2, 2}, {1, 2, 3, 4}));
  EXPECT_THAT(Open().message(), HasSubstr("float [2, 2] are not images"));
  WriteImages(Tensor::Of<int64_t>({1, 1, 1}, {1}));
  EXPECT_THAT(Open().message(), HasSubstr("int64 [1, 1, 1] are not images"));
  WriteImages(Tensor(DType::kU8, {5, 0, 3}));
  EXPECT_THAT(Open().message(), HasSubstr("are not images"));

  WriteImages(Tensor::Of<float>({2, 1, 1}, {1, 2}));
  WriteLabels(Tensor::Of<int64_t>({3}, {1, 2, 3}));
  const Options with_labels{{{"labels", "labels.npy"}}};
  EXPECT_THAT(Open(with_labels).message(), HasSubstr("labels of shape [3] do not match 2 images"));
  WriteLabels(Tensor::Of<float>({2}, {1, 2}));
  EXPECT_THAT(Open(with_labels).message(), HasSubstr("labels are float"));
  WriteLabels(Tensor::Of<int64_t>({2}, {1, -2}));
  EXPECT_THAT(Open(with_labels).message(), HasSubstr("row 1 has label -2"));
}

}  // namespace
}  // namespace assay::data
