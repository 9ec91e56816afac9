// A folder of JPEG and PNG files and a list that gives each its class, decoded when asked for.
#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "harness/data/dataset.h"
#include "harness/data/file.h"
#include "harness/data/image_files.h"
#include "harness/data/lines.h"

namespace assay::data {
namespace {

constexpr OptionKey kKeys[] = {
    {"data_path", "folder of the images"},
    {"image_list", "text file with a line `file class` per image (default: data_path/val.txt)"},
};

// "some file.JPEG 472"; the last word is the class.
Result<ImageFile> ParseLine(std::string_view text, std::string place) {
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  const size_t blank = text.find_last_of(kBlanks);
  const std::string_view word = text.substr(blank == std::string_view::npos ? 0 : blank + 1);
  const std::string_view file = text.substr(0, text.substr(0, blank).find_last_not_of(kBlanks) + 1);
  int64_t label = -1;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), label);
  if (blank == std::string_view::npos || file.empty() || error != std::errc() ||
      end != word.data() + word.size() || label < 0 || label > Shape::kMaxElements) {
    return Error(fmt::format("expected `file class` with a class of 0 or more, found '{}'",
                             text.substr(0, 80)));
  }
  return ImageFile{std::string(file), label, std::move(place)};
}

Result<std::vector<ImageFile>> ReadList(const std::filesystem::path& list) {
  ASSAY_ASSIGN_OR_RETURN(const auto bytes, ReadFile(list));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<ImageFile> files;
  ASSAY_RETURN_IF_ERROR(ForEachLine(text, [&](std::string_view row, int64_t line) -> Status {
    std::string place = fmt::format("{}:{}", list.string(), line);
    auto file = ParseLine(row, place);
    if (!file.ok()) return Error(fmt::format("{}: {}", place, file.message()));
    files.push_back(*std::move(file));
    return {};
  }));
  return files;
}

Result<std::unique_ptr<Dataset>> Open(const Options& options) {
  OptionReader reader("dataset ImagenetRaw", options);
  const std::filesystem::path folder = reader.Path("data_path");
  const std::filesystem::path list = reader.Path("image_list", folder / "val.txt");
  const Slice wanted = ReadSlice(reader);
  ASSAY_RETURN_IF_ERROR(reader.status());
  ASSAY_ASSIGN_OR_RETURN(auto files, ReadList(list));
  return MakeImageFiles(folder, std::move(files), wanted, list.string());
}

}  // namespace

extern const DatasetEntry imagenet_raw;
const DatasetEntry imagenet_raw = {
    .name = "ImagenetRaw",
    .summary = "JPEG and PNG files with a list of their classes",
    .keys = kKeys,
    .open = Open,
};

}  // namespace assay::data
