// A folder with a sub-folder of JPEG and PNG files per class, as torchvision's ImageFolder has it.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "harness/data/dataset.h"
#include "harness/data/file.h"
#include "harness/data/image_files.h"
#include "harness/data/lines.h"

namespace assay::data {
namespace {

namespace fs = std::filesystem;

constexpr OptionKey kKeys[] = {
    {"root", "folder with a sub-folder of images per class"},
    {"classes",
     "text file with a sub-folder's name per line: line 1 is class 0 (default: the "
     "sub-folders by name)"},
    {"shuffle",
     "true (default): in an order that mixes the classes, the same every time; false: "
     "class by class, by name"},
};

using Labels = std::map<std::string, int64_t, std::less<>>;

// What `folder` holds, by name in the order of bytes; hidden files are passed over.
Result<std::vector<fs::directory_entry>> List(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    if (!at->path().filename().string().starts_with('.')) entries.push_back(*at);
  }
  if (error) return Error(fmt::format("{}: {}", folder.string(), error.message()));
  std::ranges::sort(entries, {}, [](const auto& entry) { return entry.path().string(); });
  return entries;
}

bool IsImage(const fs::directory_entry& entry) {
  std::string extension = entry.path().extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool known = extension == ".jpg" || extension == ".jpeg" || extension == ".png";
  std::error_code ignored;
  return known && !entry.is_directory(ignored);
}

Result<Labels> ReadClasses(const fs::path& file) {
  ASSAY_ASSIGN_OR_RETURN(const auto bytes, ReadFile(file));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Labels labels;
  ASSAY_RETURN_IF_ERROR(ForEachLine(text, [&](std::string_view row, int64_t line) -> Status {
    const size_t first = row.find_first_not_of(kBlanks);
    const std::string_view name = row.substr(first, row.find_last_not_of(kBlanks) + 1 - first);
    if (labels.emplace(name, std::ssize(labels)).second) return {};
    return Error(fmt::format("{}:{}: found class '{}' a second time", file.string(), line,
                             name.substr(0, 80)));
  }));
  if (labels.empty()) return Error(fmt::format("{}: names no class", file.string()));
  return labels;
}

// The images of one class. Error: none, or anything else beside them.
Status AppendClass(const fs::path& folder, int64_t label, std::vector<ImageFile>& files) {
  ASSAY_ASSIGN_OR_RETURN(const auto entries, List(folder));
  if (entries.empty()) return Error(fmt::format("{}: the class has no images", folder.string()));
  for (const fs::directory_entry& entry : entries) {
    if (!IsImage(entry)) {
      return Error(
          fmt::format("{}: expected only images (.jpg, .jpeg, .png) in the folder of a "
                      "class",
                      entry.path().string()));
    }
    files.push_back({(folder.filename() / entry.path().filename()).string(), label, ""});
  }
  return {};
}

// Of all classes, class by class. `named` says the labels of folders; empty: their order does.
Result<std::vector<ImageFile>> FindImages(const fs::path& root, const Labels& named) {
  ASSAY_ASSIGN_OR_RETURN(const auto folders, List(root));
  if (folders.empty()) return Error(fmt::format("{}: has no folders of classes", root.string()));
  std::vector<ImageFile> files;
  int64_t next = 0;
  for (const fs::directory_entry& folder : folders) {
    std::error_code ignored;
    if (!folder.is_directory(ignored)) {
      return Error(fmt::format("{}: expected only folders, one per class, in the root",
                               folder.path().string()));
    }
    const auto label = named.find(folder.path().filename().string());
    if (!named.empty() && label == named.end()) {
      return Error(fmt::format("{}: no line of 'classes' names it", folder.path().string()));
    }
    ASSAY_RETURN_IF_ERROR(
        AppendClass(folder.path(), named.empty() ? next++ : label->second, files));
  }
  return files;
}

// Those who take the first n, as calibration does, are to get some of every class.
void Shuffle(std::vector<ImageFile>& files) {
  std::mt19937_64 generator(1);
  std::vector<std::pair<uint64_t, ImageFile>> keyed;
  for (ImageFile& file : files) keyed.emplace_back(generator(), std::move(file));
  std::ranges::sort(keyed, {}, [](const auto& pair) { return pair.first; });
  for (size_t i = 0; i < files.size(); ++i) files[i] = std::move(keyed[i].second);
}

Result<std::unique_ptr<Dataset>> Open(const Options& options) {
  OptionReader reader("dataset ImageFolder", options);
  const fs::path root = reader.Path("root");
  const fs::path classes = reader.Path("classes", fs::path());
  const bool shuffle = reader.Bool("shuffle", true);
  const Slice wanted = ReadSlice(reader);
  ASSAY_RETURN_IF_ERROR(reader.status());
  ASSAY_ASSIGN_OR_RETURN(const Labels named,
                         classes.empty() ? Result<Labels>(Labels()) : ReadClasses(classes));
  ASSAY_ASSIGN_OR_RETURN(auto files, FindImages(root, named));
  if (shuffle) Shuffle(files);
  return MakeImageFiles(root, std::move(files), wanted, root.string());
}

}  // namespace

extern const DatasetEntry image_folder;
const DatasetEntry image_folder = {
    .name = "ImageFolder",
    .summary = "JPEG and PNG files in a folder per class",
    .keys = kKeys,
    .open = Open,
};

}  // namespace assay::data
