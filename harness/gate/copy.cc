#include "harness/gate/copy.h"

#include <fmt/format.h>

#include <filesystem>
#include <random>

namespace assay::gate {

namespace fs = std::filesystem;

Result<Copy> Copy::Of(const std::string& path) {
  std::random_device random;
  std::error_code error;
  const fs::path folder =
      fs::temp_directory_path(error) / fmt::format("assay-{:08x}{:08x}", random(), random());
  if (!error) fs::create_directory(folder, error);
  Copy copy;
  copy.path_ = (folder / fs::path(path).filename()).string();
  if (!error) fs::copy_file(path, copy.path_, error);
  if (error) return Error(fmt::format("{}: cannot be copied: {}", path, error.message()));
  return copy;
}

Copy::~Copy() {
  std::error_code ignored;
  if (path_.empty()) return;
  fs::remove(path_, ignored);
  fs::remove(fs::path(path_).parent_path(), ignored);
}

}  // namespace assay::gate
