#include "harness/gate/copy.h"

#include <fmt/format.h>

#include <filesystem>
#include <random>

#include "harness/gate/search_path.h"

namespace assay::gate {
namespace {

namespace fs = std::filesystem;

// Folders between the root and the copy, for as many ".." behind an $ORIGIN.
constexpr const char* kDepth = "1/2/3/4/5/6";

// Links what the library finds from where it is to where its copy will look for it, and so on for
// what is found. What would lie outside of the root is left out.
Status LinkNeeded(const fs::path& library, const fs::path& copy, const fs::path& root) {
  const Result<ElfImage> image = ElfImage::ReadDependencies(library.string());
  if (!image.ok()) return {};  // Loading tells why.
  for (const std::string& folder : SearchedFolders(*image)) {
    if (!FromOrigin(folder)) continue;
    for (const std::string& needed : image->needed) {
      const fs::path from = FolderOf(folder, library) / needed;
      const fs::path to = (FolderOf(folder, copy) / needed).lexically_normal();
      std::error_code error;
      const bool inside = to.string().starts_with(root.string() + "/");
      if (!inside || !fs::exists(from, error) || fs::exists(to, error)) continue;
      fs::create_directories(to.parent_path(), error);
      if (!error) fs::create_symlink(fs::absolute(from), to, error);
      if (error) return Error(fmt::format("{}: {}", to.string(), error.message()));
      ASSAY_RETURN_IF_ERROR(LinkNeeded(from, to, root));
    }
  }
  return {};
}

}  // namespace

Result<Copy> Copy::Of(const std::string& path) {
  std::random_device random;
  std::error_code error;
  const fs::path root =
      (fs::temp_directory_path(error) / fmt::format("assay-{:08x}{:08x}", random(), random()))
          .lexically_normal();
  Copy copy;
  copy.root_ = root.string();
  const fs::path folder = root / kDepth;
  copy.path_ = (folder / fs::path(path).filename()).string();
  if (!error) fs::create_directories(folder, error);
  if (!error) fs::copy_file(path, copy.path_, error);
  if (error) return Error(fmt::format("{}: cannot be copied: {}", path, error.message()));
  const Status linked = LinkNeeded(path, copy.path_, root);
  if (!linked.ok()) return Error(fmt::format("{}: cannot be copied: {}", path, linked.message()));
  return copy;
}

Copy::~Copy() {
  std::error_code ignored;
  if (!root_.empty()) fs::remove_all(root_, ignored);  // Links, not what they lead to.
}

}  // namespace assay::gate
