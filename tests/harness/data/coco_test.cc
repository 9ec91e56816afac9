// Annotations in COCO's format: what is read, and what is refused with its place.
#include "harness/data/coco.h"

#include <gmock/gmock.h>

#include "harness/data/dataset.h"
#include "tests/harness/data/image_files.h"
#include "tests/temporary_folder.h"

namespace assay::data {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

constexpr char kImages[] = R"("images": [{"id": 7, "file_name": "b.png", "width": 4, "height": 2},
                                         {"id": 3, "file_name": "a.png"}])";
constexpr char kCategories[] = R"("categories": [{"id": 9}, {"id": 2, "name": "cat"}])";

class Coco : public testing::Test {
 protected:
  Result<std::shared_ptr<const CocoAnnotations>> Read(const std::string& text) {
    return ReadCoco(dir_.Write("instances.json", text));
  }
  Result<std::shared_ptr<const CocoAnnotations>> WithObject(const std::string& object) {
    return Read("{" + std::string(kImages) + "," + kCategories + R"(, "annotations": [)" + object +
                "]}");
  }

  TemporaryFolder dir_;
};

TEST_F(Coco, ReadsImagesCategoriesAndObjects) {
  const auto coco = WithObject(
      R"({"image_id": 7, "category_id": 9, "bbox": [1, 0.5, 2, 0], "segmentation": [[1, 2]]},
         {"image_id": 7, "category_id": 2, "bbox": [0, 0, 1, 1], "iscrowd": 1})");
  ASSERT_TRUE(coco.ok()) << coco.message();
  EXPECT_THAT((*coco)->categories, ElementsAre(2, 9));
  EXPECT_EQ((*coco)->images[0].id, 7);
  EXPECT_EQ((*coco)->Find(3)->file, "a.png");
  EXPECT_EQ((*coco)->Find(7)->width, 4);
  EXPECT_EQ((*coco)->Find(3)->height, 0);
  EXPECT_EQ((*coco)->Find(4), nullptr);
  const auto& objects = (*coco)->objects.at(7);
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_THAT(objects[0].box, ElementsAre(1, 0.5, 2, 0));
  EXPECT_FALSE(objects[0].crowd);
  EXPECT_TRUE(objects[1].crowd);
}

TEST_F(Coco, ReadsAFileAgainOnlyWhenItChanged) {
  const auto first = WithObject("");
  EXPECT_EQ(*first, *ReadCoco(dir_ / "instances.json"));
  const auto second = WithObject(R"({"image_id": 3, "category_id": 9, "bbox": [1, 2, 3, 4]})");
  EXPECT_EQ((*second)->objects.size(), 1u);
  EXPECT_NE((*first)->fingerprint, (*second)->fingerprint);
}

TEST_F(Coco, RefusesWhatIsNoAnnotation) {
  EXPECT_THAT(ReadCoco(dir_ / "none.json").message(), EndsWith("none.json: no such file"));
  EXPECT_THAT(Read("").message(), HasSubstr("instances.json: not JSON from byte 1 on"));
  EXPECT_THAT(Read(R"({"images": [)").message(), HasSubstr("not JSON from byte 13 on"));
  EXPECT_THAT(Read(std::string(200000, '[')).message(), HasSubstr("not JSON from byte 200001"));
  EXPECT_THAT(Read("[]").message(), HasSubstr("expected a list 'images'"));
  EXPECT_THAT(Read(R"({"images": 5})").message(), HasSubstr("expected a list 'images'"));
  EXPECT_THAT(Read(R"({"images": []})").message(), HasSubstr("expected a list 'categories'"));
  EXPECT_THAT(Read(R"({"images": [4]})").message(), HasSubstr("images[0].id: expected an integer"));
  EXPECT_THAT(Read(R"({"images": [{"id": "x"}]})").message(), HasSubstr("found \"x\""));
  EXPECT_THAT(Read(R"({"images": [{"id": -1}]})").message(), HasSubstr("found -1"));
  EXPECT_THAT(Read(R"({"images": [{"id": 1.5}]})").message(), HasSubstr("found 1.5"));
  EXPECT_THAT(Read(R"({"images": [{"id": 18446744073709551615}]})").message(),
              HasSubstr("found 18446744073709551615"));
  EXPECT_THAT(Read(R"({"images": [{"id": 1e999}]})").message(), HasSubstr("out of range"));
  EXPECT_THAT(Read(R"({"images": [{"id": 1}, {"id": 1}]})").message(),
              HasSubstr("images[1]: found id 1 a second time"));
  EXPECT_THAT(Read(R"({"images": [{"id": 1, "width": 0}]})").message(),
              HasSubstr("images[0].width: expected an integer from 1"));
  EXPECT_THAT(Read(R"({"images": [{"id": 1, "file_name": 3}]})").message(),
              HasSubstr("images[0].file_name: expected a text, found 3"));
  EXPECT_THAT(Read(R"({"images": [], "categories": [{"id": 2}, {"id": 2}]})").message(),
              HasSubstr("categories: found id 2 a second time"));
}

TEST_F(Coco, RefusesObjectsOfNothing) {
  EXPECT_THAT(WithObject(R"({"image_id": 4, "category_id": 9, "bbox": [1, 2, 3, 4]})").message(),
              HasSubstr("annotations[0]: image_id 4 is that of no image"));
  EXPECT_THAT(WithObject(R"({"image_id": 3, "category_id": 4, "bbox": [1, 2, 3, 4]})").message(),
              HasSubstr("annotations[0]: category_id 4 is that of no category"));
  for (const char* bbox : {"[1, 2, 3]", "[1, 2, 3, 4, 5]", "[1, 2, -3, 4]", "[1, 2, 3, null]", "{}",
                           "[1, 2, 3, 1e300]", "7"}) {
    EXPECT_THAT(
        WithObject(R"({"image_id": 3, "category_id": 9, "bbox": )" + std::string(bbox) + "}")
            .message(),
        HasSubstr("annotations[0].bbox: expected [x, y, width, height], found "));
  }
  EXPECT_THAT(WithObject(R"({"image_id": 3, "category_id": 9, "bbox": [1, 2, 3, 4], "iscrowd": 2})")
                  .message(),
              HasSubstr("annotations[0].iscrowd: expected an integer from 0 to 1, found 2"));
}

TEST_F(Coco, CutAnywhereItIsRefused) {
  const std::string text = "{" + std::string(kImages) + "," + kCategories +
                           R"(, "annotations": [{"image_id": 7, "category_id": 9,
                              "bbox": [1, 2, 3, 4], "segmentation": [[1, 2]]}]})";
  ASSERT_TRUE(Read(text).ok());
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(Read(text.substr(0, size)).ok()) << size;
  }
}

TEST_F(Coco, ADatasetHasTheIdsForLabels) {
  ASSERT_TRUE(WithObject("").ok());
  dir_.Write("images/a.png", Png(1, 1, 0, "a"));
  const Options options{
      {{"root", dir_.path().string()}, {"img_dir", "images"}, {"anno_dir", "instances.json"}}};
  EXPECT_THAT(OpenDataset("COCORaw", options).message(), HasSubstr("instances.json: image 7: "));
  dir_.Write("images/b.png", Png(1, 1, 0, "b"));
  const auto dataset = OpenDataset("COCORaw", options);
  ASSERT_TRUE(dataset.ok()) << dataset.message();
  ASSERT_EQ((*dataset)->size(), 2);
  EXPECT_EQ((*dataset)->Get(0)->label, 7);
  EXPECT_EQ((*dataset)->Get(1)->label, 3);
  EXPECT_EQ((*dataset)->Get(1)->image.as<uint8_t>()[0], 'a');
  ASSERT_TRUE(Read(R"({"images": [{"id": 1}], "categories": [], "annotations": []})").ok());
  EXPECT_THAT(OpenDataset("COCORaw", options).message(), HasSubstr("image 1 has no file_name"));
}

}  // namespace
}  // namespace assay::data
