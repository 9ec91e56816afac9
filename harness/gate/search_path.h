// Where a library says that what it needs is: the folders of DT_RPATH and DT_RUNPATH.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/gate/elf_image.h"

namespace assay::gate {

// The folders, as they are written: "$ORIGIN/../lib".
std::vector<std::string> SearchedFolders(const ElfImage& image);
// Whether such a folder is named from where the library itself is.
bool FromOrigin(const std::string& folder);
// Such a folder of the library at `path`.
std::filesystem::path FolderOf(std::string folder, const std::filesystem::path& path);

}  // namespace assay::gate
