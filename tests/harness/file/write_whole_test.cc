#include "harness/file/write_whole.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/temporary_folder.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

TEST(WriteWhole, ReplacesOrLeavesAlone) {
  const TemporaryFolder folder;
  ASSERT_TRUE(WriteWhole(folder / "file", "old").ok());
  ASSERT_TRUE(WriteWhole(folder / "file", {"ne", "", "w"}).ok());
  EXPECT_EQ(folder.Read(folder / "file"), "new");
  fs::create_directories(folder / "folder");
  EXPECT_FALSE(WriteWhole(folder / "folder", "x").ok());
  // No temporary file is left behind.
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator{}), 2);
}

TEST(WriteWhole, AnErrorNamesTheFileAndTheReason) {
  EXPECT_EQ(WriteWhole("/proc/no/such", "x").message(),
            "/proc/no/such: cannot be written: No such file or directory");
  if (fs::exists("/dev/full")) {
    EXPECT_THAT(WriteWhole("/dev/full/x", "x").message(), testing::HasSubstr("Not a directory"));
  }
}

}  // namespace
}  // namespace assay
