#include "harness/gate/shared_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "harness/gate/elf_image.h"

namespace assay::gate {
namespace {

namespace fs = std::filesystem;

// A folder of DT_RUNPATH of the library at `path`.
fs::path Folder(std::string text, const std::string& path) {
  const std::string own = fs::absolute(path).parent_path().string();
  for (const std::string_view token : {"${ORIGIN}", "$ORIGIN"}) {
    if (const size_t at = text.find(token); at != std::string::npos) {
      text.replace(at, token.size(), own);
    }
  }
  return text;
}

// Where the library at `path` has this one from, of its own folders; "": from the system's.
fs::path Found(const ElfImage& image, const std::string& path, const std::string& needed) {
  for (const std::string& folders : image.search) {
    std::istringstream each(folders);
    for (std::string text; std::getline(each, text, ':');) {
      std::error_code ignored;
      const fs::path file = Folder(text, path) / needed;
      if (!text.empty() && fs::exists(file, ignored)) return file;
    }
  }
  return {};
}

bool Same(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return a.empty() ? b.empty() : !b.empty() && fs::equivalent(a, b, ignored);
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
