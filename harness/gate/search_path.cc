#include "harness/gate/search_path.h"

#include <sstream>
#include <string_view>

namespace assay::gate {
namespace {

constexpr std::string_view kOrigins[] = {"${ORIGIN}", "$ORIGIN"};

}  // namespace

std::vector<std::string> SearchedFolders(const ElfImage& image) {
  std::vector<std::string> folders;
  for (const std::string& search : image.search) {
    std::istringstream each(search);
    for (std::string folder; std::getline(each, folder, ':');) {
      if (!folder.empty()) folders.push_back(folder);
    }
  }
  return folders;
}

bool FromOrigin(const std::string& folder) {
  for (const std::string_view origin : kOrigins) {
    if (folder.starts_with(origin)) return true;
  }
  return false;
}

std::filesystem::path FolderOf(std::string folder, const std::filesystem::path& path) {
  const std::string own = std::filesystem::absolute(path).parent_path().string();
  for (const std::string_view origin : kOrigins) {
    if (folder.starts_with(origin)) return folder.replace(0, origin.size(), own);
  }
  return folder;
}

}  // namespace assay::gate
