#include <gmock/gmock.h>

#include "harness/data/dataset.h"
#include "tests/temporary_folder.h"

namespace assay::data {
namespace {

using testing::HasSubstr;

// The planes hold red, red + 1, red + 2.
std::string Record(char label, char red) {
  return label + std::string(1024, red) + std::string(1024, static_cast<char>(red + 1)) +
         std::string(1024, static_cast<char>(red + 2));
}

Result<std::unique_ptr<Dataset>> Open(const std::filesystem::path& root, Options options = {}) {
  options.values.emplace("root", root.string());
  return OpenDataset("CIFAR10", options);
}

TEST(Cifar10, ReadsAFile) {
  const TemporaryFolder dir;
  const auto path = dir.Write("x.bin", Record(3, 'a') + Record(9, 'k'));
  const auto dataset = Open(path);
  ASSERT_TRUE(dataset.ok()) << dataset.message();
  ASSERT_EQ((*dataset)->size(), 2);
  const auto sample = (*dataset)->Get(1);
  EXPECT_EQ(sample->label, 9);
  ASSERT_EQ(sample->image.shape(), (Shape{32, 32, 3}));
  const auto pixels = sample->image.as<uint8_t>();
  for (size_t i = 0; i < pixels.size(); ++i) ASSERT_EQ(pixels[i], 'k' + i % 3) << i;
}

TEST(Cifar10, ReadsAFolderInOrder) {
  const TemporaryFolder dir;
  for (int batch = 1; batch <= 5; ++batch) {
    const auto label = static_cast<char>(batch);
    dir.Write("data_batch_" + std::to_string(batch) + ".bin",
              Record(label, 'a') + Record(static_cast<char>(label + 1), 'b'));
  }
  dir.Write("test_batch.bin", Record(0, 'a'));
  EXPECT_EQ((*Open(dir.path()))->size(), 1);
  const auto train = Open(dir.path(), {{{"train", true}}});
  ASSERT_EQ((*train)->size(), 10);
  for (int64_t i = 0; i < 10; ++i) EXPECT_EQ((*train)->Get(i)->label, 1 + i / 2 + i % 2);
  // A slice over the border of two files.
  const auto slice =
      Open(dir.path(), {{{"train", true}, {"start", 3}, {"count", 2}, {"label_offset", 1}}});
  ASSERT_TRUE(slice.ok()) << slice.message();
  EXPECT_EQ((*slice)->Get(0)->label, 4);
  EXPECT_EQ((*slice)->Get(1)->label, 4);
}

TEST(Cifar10, RefusesWrongFiles) {
  const TemporaryFolder dir;
  EXPECT_THAT(Open(dir / "absent.bin").message(), HasSubstr("absent.bin: no such file"));
  EXPECT_THAT(Open(dir.path()).message(), HasSubstr("holds test_batch.bin"));
  EXPECT_THAT(Open(dir.Write("x.bin", Record(1, 'a') + "x")).message(),
              HasSubstr("3074 bytes are not a multiple of 3073"));
  EXPECT_THAT(Open(dir.Write("x.bin", Record(1, 'a') + Record(10, 'a'))).message(),
              HasSubstr("x.bin: record 1 has label 10, above 9"));
  EXPECT_THAT(Open(dir.Write("x.bin", "")).message(), HasSubstr("holds no samples"));
}

TEST(Cifar10, UnknownNamesAndKeysAreExplained) {
  EXPECT_THAT(OpenDataset("Cifar10", {}).message(), HasSubstr("did you mean 'CIFAR10'?"));
  EXPECT_THAT(OpenDataset("CIFAR10", {{{"rot", "x"}}}).message(),
              testing::AllOf(HasSubstr("unknown key 'rot'; did you mean 'root'?"),
                             HasSubstr("known: root, train, start, count, label_offset")));
  EXPECT_THAT(OpenDataset("CIFAR10", {}).message(), HasSubstr("'root' is missing"));
}

}  // namespace
}  // namespace assay::data
