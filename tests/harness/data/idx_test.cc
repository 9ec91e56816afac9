#include "harness/data/idx.h"

#include <gmock/gmock.h>

#include "tests/harness/data/image_files.h"
#include "tests/temporary_folder.h"

namespace assay::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Idx(const std::vector<uint32_t>& dims, const std::string& elements, char type = 8) {
  std::string bytes = {'\0', '\0', type, static_cast<char>(dims.size())};
  for (uint32_t dim : dims) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(dim >> shift);
  }
  return bytes + elements;
}

constexpr char kImages[] = "t10k-images-idx3-ubyte";
constexpr char kLabels[] = "t10k-labels-idx1-ubyte";
// Three images of 1 x 2.
const std::string kPixels = "abcdef";

Result<std::unique_ptr<Dataset>> Open(const TemporaryFolder& dir, Options options = {}) {
  options.values.emplace("root", dir.path().string());
  return OpenDataset("MNIST", options);
}

// The error of opening the good labels beside these images.
std::string ImagesError(const std::string& images, const std::string& name = kImages) {
  const TemporaryFolder dir;
  dir.Write(kLabels, Idx({3}, "\1\2\3"));
  dir.Write(name, images);
  const auto dataset = Open(dir);
  EXPECT_FALSE(dataset.ok());
  EXPECT_THAT(dataset.message(), HasSubstr((dir / name).string()));
  return dataset.message();
}

TEST(Idx, ReadsPlainAndCompressed) {
  for (bool compressed : {false, true}) {
    const TemporaryFolder dir;
    const std::string images = Idx({3, 1, 2}, kPixels);
    const std::string suffix = compressed ? ".gz" : "";
    dir.Write(kImages + suffix, compressed ? Gzip(images) : images);
    dir.Write(kLabels, Idx({3}, std::string("\0\x09\xff", 3)));
    const auto dataset = Open(dir);
    ASSERT_TRUE(dataset.ok()) << dataset.message();
    ASSERT_EQ((*dataset)->size(), 3);
    const auto sample = (*dataset)->Get(1);
    EXPECT_EQ(sample->image.shape(), (Shape{1, 2, 1}));
    EXPECT_THAT(sample->image.as<uint8_t>(), ElementsAre('c', 'd'));
    EXPECT_EQ(sample->label, 9);
    EXPECT_EQ((*dataset)->Get(2)->label, 255);
  }
}

TEST(Idx, FindsTheTrainingPartAndTorchvisionsFolder) {
  const TemporaryFolder dir;
  dir.Write("MNIST/raw/train-images-idx3-ubyte", Idx({1, 1, 2}, "xy"));
  dir.Write("MNIST/raw/train-labels-idx1-ubyte", Idx({1}, "\7"));
  const auto dataset = Open(dir, {{{"train", true}}});
  ASSERT_TRUE(dataset.ok()) << dataset.message();
  EXPECT_EQ((*dataset)->Get(0)->label, 7);
  EXPECT_THAT(Open(dir).message(), HasSubstr("holds t10k-images-idx3-ubyte (plain or .gz)"));
}

TEST(Idx, SlicesAndOffsets) {
  const TemporaryFolder dir;
  dir.Write(kImages, Idx({3, 1, 2}, kPixels));
  dir.Write(kLabels, Idx({3}, "\1\2\3"));
  const auto dataset = Open(dir, {{{"start", 1}, {"count", 1}, {"label_offset", 10}}});
  ASSERT_TRUE(dataset.ok()) << dataset.message();
  ASSERT_EQ((*dataset)->size(), 1);
  EXPECT_THAT((*dataset)->Get(0)->image.as<uint8_t>(), ElementsAre('c', 'd'));
  EXPECT_EQ((*dataset)->Get(0)->label, 12);
  EXPECT_EQ((*Open(dir, {{{"start", 2}}}))->size(), 1);

  EXPECT_THAT(Open(dir, {{{"start", 2}, {"count", 2}}}).message(),
              HasSubstr("holds 3 samples, fewer than start: 2, count: 2 asks for"));
  EXPECT_FALSE(Open(dir, {{{"start", 3}}}).ok());
  EXPECT_THAT(Open(dir, {{{"count", 0}}}).message(),
              HasSubstr("'count' must be an integer from 1"));
  EXPECT_THAT(Open(dir, {{{"start", -1}}}).message(), HasSubstr("'start' must be"));
}

TEST(Idx, FingerprintIsOfTheSamples) {
  const TemporaryFolder a;
  const TemporaryFolder b;
  for (const TemporaryFolder* dir : {&a, &b}) dir->Write(kLabels, Idx({3}, "\1\2\3"));
  a.Write(kImages, Idx({3, 1, 2}, kPixels));
  b.Write(std::string(kImages) + ".gz", Gzip(Idx({3, 1, 2}, kPixels)));
  const std::string fingerprint = (*Open(a))->fingerprint();
  EXPECT_EQ(fingerprint.size(), 16u);
  EXPECT_EQ(fingerprint, (*Open(b))->fingerprint());
  EXPECT_NE(fingerprint, (*Open(a, {{{"count", 2}}}))->fingerprint());
  EXPECT_NE(fingerprint, (*Open(a, {{{"label_offset", 1}}}))->fingerprint());
  a.Write(kImages, Idx({3, 2, 1}, kPixels));
  EXPECT_NE(fingerprint, (*Open(a))->fingerprint());
}

TEST(Idx, RefusesWhatTheFileCannotHold) {
  const std::string gz = std::string(kImages) + ".gz";
  EXPECT_THAT(ImagesError("png"), HasSubstr("ends after 3 bytes, within the header"));
  EXPECT_THAT(ImagesError(Idx({3}, "abc")), HasSubstr("starts with 00 00 08 01"));
  EXPECT_THAT(ImagesError(Idx({3, 1, 2}, kPixels, 13)), HasSubstr("starts with 00 00 0d 03"));
  EXPECT_THAT(ImagesError(Idx({3, 1, 2}, "abcde")),
              HasSubstr("ends after 21 bytes, its header promises 22"));
  EXPECT_THAT(ImagesError(Idx({3, 1, 2}, "abcdefg")), HasSubstr("longer than its header says"));
  EXPECT_THAT(ImagesError(Idx({4, 1, 1}, "abcd")), testing::Not(HasSubstr("labels for the 3")));
  EXPECT_THAT(ImagesError(Idx({3, 0, 2}, "")), HasSubstr("cannot hold"));
  EXPECT_THAT(ImagesError(Idx({3, 60000, 60000}, kPixels)), HasSubstr("cannot hold"));
  EXPECT_THAT(ImagesError(Idx({3, 1u << 31, 1u << 31}, kPixels)), HasSubstr("2^40"));
  EXPECT_THAT(ImagesError(Gzip(Idx({3, 60000, 60000}, kPixels)), gz), HasSubstr("cannot hold"));
  // Small enough to be true of a compressed file; found out while inflating.
  EXPECT_THAT(ImagesError(Gzip(Idx({3, 40, 100}, kPixels)), gz),
              HasSubstr("ends after 22 bytes, its header promises 12016"));
}

TEST(Idx, RefusesDamagedCompression) {
  const std::string gz = std::string(kImages) + ".gz";
  std::string pixels(6000, 'x');
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<char>(i * i * 7 >> 3);
  const std::string good = Gzip(Idx({3, 20, 100}, pixels));
  for (size_t length : {size_t{20}, good.size() / 2, good.size() - 9, good.size() - 1}) {
    ImagesError(good.substr(0, length), gz);
  }
  std::string flipped = good;
  flipped[good.size() - 6] ^= 1;  // In the checksum.
  EXPECT_THAT(ImagesError(flipped, gz), HasSubstr("the compressed data is damaged"));
  for (size_t i = 40; i < good.size(); i += 97) {
    flipped = good;
    flipped[i] ^= 0x10;
    ImagesError(flipped, gz);
  }
}

TEST(Idx, RefusesMismatchedLabels) {
  const TemporaryFolder dir;
  dir.Write(kImages, Idx({3, 1, 2}, kPixels));
  dir.Write(kLabels, Idx({2}, "\1\2"));
  EXPECT_THAT(Open(dir).message(), HasSubstr("holds 2 labels for the 3 images"));
  std::filesystem::remove(dir / kLabels);
  EXPECT_THAT(Open(dir).message(), HasSubstr("holds t10k-labels-idx1-ubyte"));
}

TEST(Idx, ReadsDebiansFashionMnist) {
  const std::string root = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no package dataset-fashion-mnist";
  const auto test = OpenDataset("FashionMNIST", {{{"root", root}}});
  ASSERT_TRUE(test.ok()) << test.message();
  EXPECT_EQ((*test)->size(), 10000);
  EXPECT_EQ((*test)->Get(0)->label, 9);  // An ankle boot.
  EXPECT_EQ((*test)->Get(0)->image.shape(), (Shape{28, 28, 1}));
  const auto last = OpenDataset(
      "FashionMNIST", {{{"root", root}, {"train", true}, {"start", 55000}, {"count", 5000}}});
  ASSERT_TRUE(last.ok()) << last.message();
  std::vector<int> histogram(10);
  for (int64_t i = 0; i < 5000; ++i) ++histogram[static_cast<size_t>((*last)->Get(i)->label)];
  EXPECT_THAT(histogram, testing::Each(testing::AllOf(testing::Gt(400), testing::Lt(600))));
}

}  // namespace
}  // namespace assay::data
