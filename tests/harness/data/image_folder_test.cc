#include <gmock/gmock.h>

#include <filesystem>

#include "harness/data/dataset.h"
#include "tests/harness/data/image_files.h"
#include "tests/temporary_folder.h"

namespace assay::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Images of one pixel, which says what they are.
class ImageFolder : public testing::Test {
 protected:
  void Add(const std::string& file, char pixel) {
    dir_.Write("root/" + file, Png(1, 1, 0, std::string(1, pixel)));
  }
  Result<std::unique_ptr<Dataset>> Open(Options options = {}) {
    options.base_dir = dir_.path();
    options.values.emplace("root", "root");
    return OpenDataset("ImageFolder", options);
  }
  // Pixel and label of each sample, in order.
  static std::string Read(const Result<std::unique_ptr<Dataset>>& dataset) {
    if (!dataset.ok()) return dataset.message();
    std::string text;
    for (int64_t i = 0; i < (*dataset)->size(); ++i) {
      const auto sample = (*dataset)->Get(i);
      text += sample.ok() ? static_cast<char>(sample->image.as<uint8_t>()[0]) : '!';
      text += sample.ok() ? std::to_string(sample->label) : sample.message();
    }
    return text;
  }

  TemporaryFolder dir_;
};

const Options kInOrder{{{"shuffle", false}}};

TEST_F(ImageFolder, LabelsAreTheOrderOfNames) {
  Add("dog/b.PNG", 'q');
  Add("dog/a.png", 'p');
  Add("cat/z.png", 'z');
  dir_.Write("root/emu/9.JPEG", Jpeg(8, 8, JpegColors::kGray, {'e'}));
  dir_.Write("root/.hidden", "");
  dir_.Write("root/cat/.hidden", "");
  EXPECT_EQ(Read(Open(kInOrder)), "z0p1q1e2");
  EXPECT_EQ(Read(Open({{{"shuffle", false}, {"start", 1}, {"count", 2}, {"label_offset", 1}}})),
            "p2q2");
}

TEST_F(ImageFolder, AFileMayNameTheClasses) {
  Add("dog/a.png", 'd');
  Add("big cat/a.png", 'c');
  dir_.Write("classes.txt", "emu\n\n dog \r\nbig cat");
  EXPECT_EQ(Read(Open({{{"shuffle", false}, {"classes", "classes.txt"}}})), "c2d1");
  dir_.Write("classes.txt", "emu\nbig cat\n");
  EXPECT_THAT(Open({{{"classes", "classes.txt"}}}).message(),
              HasSubstr("root/dog: no line of 'classes' names it"));
  dir_.Write("classes.txt", "dog\nbig cat\ndog\n");
  EXPECT_THAT(Open({{{"classes", "classes.txt"}}}).message(),
              HasSubstr("classes.txt:3: found class 'dog' a second time"));
  dir_.Write("classes.txt", "\n");
  EXPECT_THAT(Open({{{"classes", "classes.txt"}}}).message(),
              HasSubstr("classes.txt: names no class"));
}

TEST_F(ImageFolder, ShufflesTheSameWayEveryTime) {
  for (int i = 0; i < 26; ++i) {
    for (const char* folder : {"a/", "b/"}) {
      Add(std::string(folder) + static_cast<char>('a' + i) + ".png", static_cast<char>('a' + i));
    }
  }
  const std::string all = Read(Open());
  EXPECT_EQ(all.size(), 104u);
  EXPECT_EQ(all, Read(Open()));
  EXPECT_NE(all, Read(Open(kInOrder)));
  EXPECT_EQ(Read(Open({{{"count", 8}}})), all.substr(0, 16));
  EXPECT_THAT(all.substr(0, 16), HasSubstr("0"));  // Few show both classes.
  EXPECT_THAT(all.substr(0, 16), HasSubstr("1"));
  EXPECT_NE((*Open())->fingerprint(), (*Open(kInOrder))->fingerprint());
}

TEST_F(ImageFolder, ErrorsNameThePlace) {
  EXPECT_THAT(Open().message(), HasSubstr("root: No such file or directory"));
  std::filesystem::create_directories(dir_ / "root");
  EXPECT_THAT(Open().message(), HasSubstr("root: has no folders of classes"));
  std::filesystem::create_directories(dir_ / "root/cat");
  EXPECT_THAT(Open().message(), HasSubstr("root/cat: the class has no images"));
  Add("cat/a.png", 'a');
  EXPECT_TRUE(Open().ok());
  EXPECT_THAT(Open({{{"start", 1}}}).message(), HasSubstr("root holds 1 samples, fewer than"));
  dir_.Write("root/list.txt", "");
  EXPECT_THAT(Open().message(), HasSubstr("root/list.txt: expected only folders"));
  std::filesystem::remove(dir_ / "root/list.txt");
  for (const char* stray : {"root/cat/notes.txt", "root/cat/folder.png/b.png"}) {
    dir_.Write(stray, "");
    EXPECT_THAT(Open().message(), HasSubstr(": expected only images (.jpg, .jpeg, .png)"));
    std::filesystem::remove_all(dir_ / "root/cat/notes.txt");
  }
  std::filesystem::remove_all(dir_ / "root/cat/folder.png");
  dir_.Write("root/cat/b.png", "text");
  EXPECT_THAT(Read(Open(kInOrder)), HasSubstr("root/cat/b.png: neither a JPEG nor a PNG file"));
  std::filesystem::create_symlink("nowhere", dir_ / "root/cat/c.png");
  EXPECT_THAT(Open().message(), HasSubstr("root/cat/c.png: No such file or directory"));
  EXPECT_THAT(OpenDataset("ImageFolder", {}).message(), HasSubstr("'root' is missing"));
  EXPECT_THAT(Open({{{"clases", "x"}}}).message(), HasSubstr("did you mean 'classes'?"));
}

}  // namespace
}  // namespace assay::data
