// InputFile: reads of a regular file at given places, with sentences for errors.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "kernels/base/status.h"

namespace assay::data {

class InputFile {
 public:
  // Error: absent, not readable, or not a regular file.
  static Result<InputFile> Open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  int64_t size() const { return size_; }
  // Fills `bytes` from `offset` on. Error: the file ends before that.
  Status Read(int64_t offset, std::span<uint8_t> bytes);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  InputFile(std::filesystem::path path, std::FILE* file, int64_t size)
      : path_(std::move(path)), file_(file), size_(size) {}

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  int64_t size_ = 0;
};

Result<std::vector<uint8_t>> ReadFile(const std::filesystem::path& path);

}  // namespace assay::data
