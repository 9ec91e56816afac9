// A copy of a library: the same code and data in other memory.
#pragma once

#include <string>
#include <utility>

#include "kernels/base/status.h"

namespace assay::gate {

// Goes away with the object.
class Copy {
 public:
  // Of the same name, in a new folder of temporary files. What the library finds by $ORIGIN, from
  // where it is itself, the copy finds as well, by links: the libraries that it needs, and those
  // that they need. Error: it cannot be copied.
  static Result<Copy> Of(const std::string& path);

  Copy() = default;
  Copy(Copy&& other) noexcept
      : root_(std::exchange(other.root_, "")), path_(std::exchange(other.path_, "")) {}
  Copy& operator=(Copy&& other) noexcept {
    std::swap(root_, other.root_);
    std::swap(path_, other.path_);
    return *this;
  }
  ~Copy();
  const std::string& path() const { return path_; }

 private:
  std::string root_;  // The folder that goes away.
  std::string path_;
};

}  // namespace assay::gate
