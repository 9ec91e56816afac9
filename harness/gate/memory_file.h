// MemoryFile: a copy of a file in memory that has a path as long as it is open (memfd_create).
#pragma once

#include <string>
#include <utility>

namespace assay::gate {

class MemoryFile {
 public:
  // Not open where it cannot be made.
  static MemoryFile Of(const std::string& path);

  MemoryFile() = default;
  MemoryFile(MemoryFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  MemoryFile& operator=(MemoryFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~MemoryFile();

  bool is_open() const { return descriptor_ >= 0; }
  std::string path() const;

 private:
  int descriptor_ = -1;
};

}  // namespace assay::gate
