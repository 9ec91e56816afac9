// A copy of a library: the same code and data in other memory.
#pragma once

#include <string>
#include <utility>

#include "kernels/base/status.h"

namespace assay::gate {

// Goes away with the object.
class Copy {
 public:
  // Of the same name, in a new folder of temporary files. Error: it cannot be copied.
  static Result<Copy> Of(const std::string& path);

  Copy() = default;
  Copy(Copy&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  Copy& operator=(Copy&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~Copy();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace assay::gate
