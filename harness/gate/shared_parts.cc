#include "harness/gate/shared_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/gate/elf_image.h"
#include "harness/gate/file_hash.h"
#include "harness/gate/search_path.h"

namespace assay::gate {
namespace {

namespace fs = std::filesystem;

// Where the library at `path` has this one from, of its own folders; "": from the system's.
fs::path Found(const ElfImage& image, const std::string& path, const std::string& needed) {
  for (const std::string& folder : SearchedFolders(image)) {
    std::error_code ignored;
    const fs::path file = FolderOf(folder, path) / needed;
    if (fs::exists(file, ignored)) return file;
  }
  return {};
}

// One file, or the same bytes twice.
bool Same(const fs::path& a, const fs::path& b) {
  if (a.empty() || b.empty()) return a.empty() && b.empty();
  std::error_code ignored;
  if (fs::equivalent(a, b, ignored)) return true;
  const auto of_a = HashOf(a.string()), of_b = HashOf(b.string());
  return of_a.ok() && of_b.ok() && *of_a == *of_b;
}

}  // namespace

std::string SharedParts(const std::string& base, const std::string& candidate) {
  const Result<ElfImage> a = ElfImage::Read(base), b = ElfImage::Read(candidate);
  if (!a.ok() || !b.ok()) return "";
  for (const std::string& symbol : a->unique) {
    if (std::ranges::find(b->unique, symbol) == b->unique.end()) continue;
    return fmt::format("both define {}, of which a process has one: build with -fno-gnu-unique",
                       symbol);
  }
  for (const std::string& needed : a->needed) {
    if (std::ranges::find(b->needed, needed) == b->needed.end()) continue;
    const fs::path of_a = Found(*a, base, needed), of_b = Found(*b, candidate, needed);
    if (Same(of_a, of_b)) continue;
    const auto place = [](const fs::path& p) { return p.empty() ? "the system's" : p.string(); };
    return fmt::format("both need {}, {} and {}, of which a process loads one: link it in", needed,
                       place(of_a), place(of_b));
  }
  return "";
}

}  // namespace assay::gate
