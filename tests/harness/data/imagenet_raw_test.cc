#include <gmock/gmock.h>

#include <thread>

#include "harness/data/dataset.h"
#include "tests/harness/data/image_files.h"
#include "tests/temporary_folder.h"

namespace assay::data {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

class ImagenetRaw : public testing::Test {
 protected:
  ImagenetRaw() {
    dir_.Write("images/a.png", Png(1, 1, 2, "abc"));
    dir_.Write("images/b c.JPEG", Jpeg(8, 8, JpegColors::kGray, {9}));
  }
  Result<std::unique_ptr<Dataset>> Open(const std::string& list, Options options = {}) {
    dir_.Write("list.txt", list);
    options.base_dir = dir_.path();
    options.values.emplace("data_path", "images");
    options.values.emplace("image_list", "list.txt");
    return OpenDataset("ImagenetRaw", options);
  }

  TemporaryFolder dir_;
};

TEST_F(ImagenetRaw, ReadsAList) {
  const auto dataset = Open("a.png 5\r\n\n  \nb c.JPEG\t 999 \na.png 0");
  ASSERT_TRUE(dataset.ok()) << dataset.message();
  ASSERT_EQ((*dataset)->size(), 3);
  EXPECT_EQ((*dataset)->Get(0)->label, 5);
  EXPECT_THAT((*dataset)->Get(0)->image.as<uint8_t>(), ElementsAre('a', 'b', 'c'));
  EXPECT_EQ((*dataset)->Get(1)->label, 999);
  EXPECT_EQ((*dataset)->Get(1)->image.shape(), (Shape{8, 8, 3}));
  EXPECT_THAT((*dataset)->Get(1)->image.as<uint8_t>(), Each(9));
  EXPECT_EQ((*dataset)->Get(2)->label, 0);
}

TEST_F(ImagenetRaw, SlicesAndOffsets) {
  const Options options{{{"start", 1}, {"count", 1}, {"label_offset", 1}}};
  const auto dataset = Open("a.png 5\na.png 6\nabsent.png 7\n", options);
  ASSERT_TRUE(dataset.ok()) << dataset.message();
  ASSERT_EQ((*dataset)->size(), 1);
  EXPECT_EQ((*dataset)->Get(0)->label, 7);
}

TEST_F(ImagenetRaw, ListDefaultsToTheFoldersOwn) {
  dir_.Write("images/val.txt", "a.png 5\n");
  EXPECT_TRUE(OpenDataset("ImagenetRaw", {{{"data_path", (dir_ / "images").string()}}}).ok());
}

TEST_F(ImagenetRaw, ErrorsNameTheLine) {
  EXPECT_THAT(Open("a.png 5\na.png\n").message(),
              HasSubstr("list.txt:2: expected `file class` with a class of 0 or more, found "
                        "'a.png'"));
  EXPECT_THAT(Open("\n7\n").message(), HasSubstr("list.txt:2: expected `file class`"));
  EXPECT_THAT(Open("a.png -1\n").message(), HasSubstr("list.txt:1: expected"));
  EXPECT_THAT(Open("a.png 5x\n").message(), HasSubstr("list.txt:1: expected"));
  EXPECT_THAT(Open("a.png 99999999999999999999\n").message(), HasSubstr("list.txt:1: expected"));
  EXPECT_THAT(Open("a.png 5\nno.png 5\n").message(), HasSubstr("list.txt:2: "));
  EXPECT_THAT(Open("").message(), HasSubstr("list.txt holds no samples"));
  EXPECT_THAT(Open(std::string(5000, '\xff')).message(), HasSubstr("list.txt:1: expected"));

  dir_.Write("images/broken.png", "\x89PNG\r\n\x1a\nxxxx");
  const auto dataset = Open("a.png 5\nbroken.png 1\n");
  ASSERT_TRUE(dataset.ok()) << dataset.message();
  EXPECT_THAT((*dataset)->Get(1).message(), HasSubstr("list.txt:2: "));
  EXPECT_THAT((*dataset)->Get(1).message(), HasSubstr("broken.png: bad PNG: cut short"));
}

TEST_F(ImagenetRaw, FingerprintIsOfNamesSizesAndClasses) {
  const std::string fingerprint = (*Open("a.png 5\n"))->fingerprint();
  EXPECT_EQ(fingerprint, (*Open("\na.png\t5"))->fingerprint());
  EXPECT_NE(fingerprint, (*Open("a.png 6\n"))->fingerprint());
  EXPECT_NE(fingerprint, (*Open("a.png 5\na.png 5\n"))->fingerprint());
  dir_.Write("images/a.png", Png(1, 1, 0, "a"));
  EXPECT_NE(fingerprint, (*Open("a.png 5\n"))->fingerprint());
}

TEST_F(ImagenetRaw, ThreadsMayDecodeAtOnce) {
  const auto dataset = Open("a.png 0\nb c.JPEG 1\n");
  ASSERT_TRUE(dataset.ok()) << dataset.message();
  const auto decode = [&] {
    for (int i = 0; i < 50; ++i) EXPECT_EQ((*dataset)->Get(i % 2)->label, i % 2);
  };
  std::thread other(decode);
  decode();
  other.join();
}

}  // namespace
}  // namespace assay::data
