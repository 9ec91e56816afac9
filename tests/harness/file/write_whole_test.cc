#include "harness/file/write_whole.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/full_disk.h"
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

TEST(WriteWhole, AFullDiskLeavesTheOldFileAlone) {
  const TemporaryFolder folder;
  ASSERT_TRUE(WriteWhole(folder / "file", "old").ok());
  {
    const FullDisk full(1000);
    EXPECT_EQ(WriteWhole(folder / "file", std::string(2000, 'x')).message(),
              (folder / "file").string() + ": cannot be written: File too large");
  }
  EXPECT_EQ(folder.Read(folder / "file"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator{}), 1);
}

// The real thing, where a small file system may be mounted.
TEST(WriteWhole, AFullFileSystemLeavesTheOldFileAlone) {
  const TemporaryFolder folder;
  if (mount("none", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "no tmpfs may be mounted here";
  }
  EXPECT_TRUE(WriteWhole(folder / "file", "old").ok());
  EXPECT_EQ(WriteWhole(folder / "file", std::string(1 << 20, 'x')).message(),
            (folder / "file").string() + ": cannot be written: No space left on device");
  EXPECT_EQ(folder.Read(folder / "file"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator{}), 1);
  EXPECT_EQ(umount(folder.path().c_str()), 0);
}

TEST(WriteWhole, DevicesAndPipesAreNotReplaced) {
  const TemporaryFolder folder;
  const fs::path pipe = folder / "pipe", link = folder / "full";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_TRUE(WriteWhole(pipe, {"te", "xt"}).ok());
  char text[8] = "";
  EXPECT_EQ(read(reader, text, sizeof(text)), 4);
  EXPECT_STREQ(text, "text");
  close(reader);
  EXPECT_TRUE(fs::is_fifo(pipe));
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  fs::create_symlink("/dev/full", link);
  EXPECT_THAT(WriteWhole(link, "x").message(), testing::HasSubstr("No space left on device"));
  EXPECT_TRUE(fs::is_symlink(link));
}

TEST(WriteAll, AFullDeviceIsAnError) {
  const int full = open("/dev/full", O_WRONLY);
  if (full < 0) GTEST_SKIP() << "no /dev/full";
  EXPECT_EQ(WriteAll(full, "x", "name").message(),
            "name: cannot be written: No space left on device");
  close(full);
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
