#include "harness/file/write_whole.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace assay {
namespace {

namespace fs = std::filesystem;

class WriteWholeTest : public testing::Test {
 protected:
  WriteWholeTest() : folder_(fs::path(testing::TempDir()) / "assay_write_whole_test") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~WriteWholeTest() override { fs::remove_all(folder_); }

  fs::path folder_;
};

TEST_F(WriteWholeTest, ReplacesOrLeavesAlone) {
  ASSERT_TRUE(WriteWhole(folder_ / "file", "old").ok());
  ASSERT_TRUE(WriteWhole(folder_ / "file", {"ne", "", "w"}).ok());
  std::stringstream text;
  text << std::ifstream(folder_ / "file").rdbuf();
  EXPECT_EQ(text.str(), "new");
  fs::create_directories(folder_ / "folder");
  EXPECT_FALSE(WriteWhole(folder_ / "folder", "x").ok());
  // No temporary file is left behind.
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator{}), 2);
}

TEST_F(WriteWholeTest, AnErrorNamesTheFileAndTheReason) {
  EXPECT_EQ(WriteWhole("/proc/no/such", "x").message(),
            "/proc/no/such: cannot be written: No such file or directory");
  if (fs::exists("/dev/full")) {
    EXPECT_THAT(WriteWhole("/dev/full/x", "x").message(), testing::HasSubstr("Not a directory"));
  }
}

}  // namespace
}  // namespace assay
