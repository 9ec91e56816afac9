// FuzzFolder: where a target puts the bytes it is given, since the product reads files.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "kernels/base/check.h"

namespace assay::fuzz {

// A folder of this process, in memory where the machine has /dev/shm; removed at its end.
class FuzzFolder {
 public:
  FuzzFolder() {
    std::error_code error;
    const std::filesystem::path shared = "/dev/shm";
    const auto root = std::filesystem::is_directory(shared, error)
                          ? shared
                          : std::filesystem::temp_directory_path();
    std::string name = (root / "assay_fuzz_XXXXXX").string();
    ASSAY_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~FuzzFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  FuzzFolder(const FuzzFolder&) = delete;
  FuzzFolder& operator=(const FuzzFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Replaces the file; a few system calls only, since this is done for every execution.
  std::filesystem::path Write(std::string_view name, std::span<const uint8_t> bytes) const {
    const std::filesystem::path file = path_ / name;
    const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ASSAY_CHECK(descriptor >= 0);
    ASSAY_CHECK(write(descriptor, bytes.data(), bytes.size()) ==
                static_cast<ssize_t>(bytes.size()));
    close(descriptor);
    return file;
  }

 private:
  std::filesystem::path path_;
};

// What an error must be: a sentence that begins with the file it is about.
inline void CheckSentence(const std::string& message, const std::filesystem::path& file) {
  ASSAY_CHECK(message.starts_with(file.string()));
  ASSAY_CHECK(message.size() > file.string().size() + 2);
}

}  // namespace assay::fuzz
