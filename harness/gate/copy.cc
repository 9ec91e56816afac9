#include "harness/gate/copy.h"

#include <fmt/format.h>

#include <filesystem>
#include <random>

namespace assay::gate {

namespace fs = std::filesystem;

Result<Copy> Copy::Of(const std::string& path) {
  std::error_code error;
  const fs::path folder = fs::temp_directory_path(error);
  const std::string name = fmt::format("assay-control-{:08x}.so", std::random_device{}());
  Copy copy;
  copy.path_ = (folder / name).string();
  fs::copy_file(path, copy.path_, error);
  if (error) return Error(fmt::format("{}: cannot be copied: {}", path, error.message()));
  return copy;
}

Copy::~Copy() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove(path_, ignored);
}

}  // namespace assay::gate
