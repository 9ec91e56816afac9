// A folder of JPEG and PNG files and a list that gives each its class, decoded when asked for.
#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "harness/data/dataset.h"
#include "harness/data/file.h"
#include "harness/data/fingerprint.h"
#include "harness/data/image.h"

namespace assay::data {
namespace {

constexpr OptionKey kKeys[] = {
    {"data_path", "folder of the images"},
    {"image_list", "text file with a line `file class` per image (default: data_path/val.txt)"},
};

constexpr std::string_view kBlanks = " \t\r";

struct Entry {
  std::string file;
  int64_t label;
  int64_t line;
};

// "some file.JPEG 472"; the last word is the class.
Result<Entry> ParseLine(std::string_view text, int64_t line) {
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
  return Entry{std::string(file), label, line};
}

// Calls f(text, line number from 1) for each line that is not blank, up to the first error.
template <typename F>
Status ForEachLine(std::string_view text, F f) {
  for (int64_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (row.find_first_not_of(kBlanks) == std::string_view::npos) continue;
    ASSAY_RETURN_IF_ERROR(f(row, line));
  }
  return {};
}

class ImagenetRaw final : public Dataset {
 public:
  ImagenetRaw(std::filesystem::path folder, std::filesystem::path list)
      : folder_(std::move(folder)), list_(std::move(list)) {}

  Status ReadList(const Slice& wanted) {
    ASSAY_ASSIGN_OR_RETURN(const auto bytes, ReadFile(list_));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::vector<Entry> entries;
    ASSAY_RETURN_IF_ERROR(ForEachLine(text, [&](std::string_view row, int64_t line) -> Status {
      auto entry = ParseLine(row, line);
      if (!entry.ok()) return Error(fmt::format("{}: {}", Place(line), entry.message()));
      entries.push_back(*std::move(entry));
      return {};
    }));
    ASSAY_ASSIGN_OR_RETURN(const Slice slice,
                           wanted.Of(static_cast<int64_t>(entries.size()), list_.string()));
    const auto first = entries.begin() + slice.start;
    entries_.assign(std::make_move_iterator(first), std::make_move_iterator(first + slice.count));
    for (Entry& entry : entries_) entry.label += slice.label_offset;
    return HashFiles();
  }

  int64_t size() const override { return static_cast<int64_t>(entries_.size()); }

  Result<Sample> Get(int64_t index) const override {
    ASSAY_CHECK(index >= 0 && index < size());
    const Entry& entry = entries_[static_cast<size_t>(index)];
    auto image = DecodeImage(folder_ / entry.file);
    if (!image.ok()) return Error(fmt::format("{}: {}", Place(entry.line), image.message()));
    return Sample{*std::move(image), entry.label};
  }

  std::string fingerprint() const override { return fingerprint_; }

 private:
  std::string Place(int64_t line) const { return fmt::format("{}:{}", list_.string(), line); }

  // Names, sizes and classes: reading every image to hash it would take as long as decoding it.
  Status HashFiles() {
    Fingerprint hash;
    for (const Entry& entry : entries_) {
      const auto image = folder_ / entry.file;
      std::error_code error;
      const auto bytes = std::filesystem::file_size(image, error);
      if (error) {
        return Error(fmt::format("{}: {}: {}", Place(entry.line), image.string(), error.message()));
      }
      hash.Add(entry.file);
      hash.Add(static_cast<int64_t>(bytes));
      hash.Add(entry.label);
    }
    fingerprint_ = hash.hex();
    return {};
  }

  std::filesystem::path folder_;
  std::filesystem::path list_;
  std::vector<Entry> entries_;
  std::string fingerprint_;
};

Result<std::unique_ptr<Dataset>> Open(const Options& options) {
  OptionReader reader("dataset ImagenetRaw", options);
  const std::filesystem::path folder = reader.Path("data_path");
  const std::filesystem::path list = reader.Path("image_list", folder / "val.txt");
  const Slice wanted = ReadSlice(reader);
  ASSAY_RETURN_IF_ERROR(reader.status());
  auto dataset = std::make_unique<ImagenetRaw>(folder, list);
  ASSAY_RETURN_IF_ERROR(dataset->ReadList(wanted));
  return std::unique_ptr<Dataset>(std::move(dataset));
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
