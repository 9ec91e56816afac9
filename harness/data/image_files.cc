#include "harness/data/image_files.h"

#include <fmt/format.h>

#include <iterator>
#include <system_error>
#include <utility>

#include "harness/data/fingerprint.h"
#include "harness/data/image.h"

namespace assay::data {
namespace {

class ImageFiles final : public Dataset {
 public:
  ImageFiles(std::filesystem::path folder, std::vector<ImageFile> files)
      : folder_(std::move(folder)), files_(std::move(files)) {}

  Status Hash() {
    Fingerprint hash;
    for (const ImageFile& image : files_) {
      const auto path = folder_ / image.file;
      std::error_code error;
      const auto bytes = std::filesystem::file_size(path, error);
      if (error) {
        return ErrorAt(image.place, fmt::format("{}: {}", path.string(), error.message()));
      }
      hash.Add(image.file);
      hash.Add(static_cast<int64_t>(bytes));
      hash.Add(image.label);
    }
    fingerprint_ = hash.hex();
    return {};
  }

  int64_t size() const override { return static_cast<int64_t>(files_.size()); }

  Result<Sample> Get(int64_t index) const override {
    ASSAY_CHECK(index >= 0 && index < size());
    const ImageFile& file = files_[static_cast<size_t>(index)];
    auto image = DecodeImage(folder_ / file.file);
    if (!image.ok()) return ErrorAt(file.place, image.message());
    return Sample{*std::move(image), file.label};
  }

  std::string fingerprint() const override { return fingerprint_; }

 private:
  const std::filesystem::path folder_;
  const std::vector<ImageFile> files_;
  std::string fingerprint_;
};

}  // namespace

Result<std::unique_ptr<Dataset>> MakeImageFiles(std::filesystem::path folder,
                                                std::vector<ImageFile> files, const Slice& wanted,
                                                std::string_view subject) {
  ASSAY_ASSIGN_OR_RETURN(const Slice slice, wanted.Of(static_cast<int64_t>(files.size()), subject));
  const auto first = std::make_move_iterator(files.begin() + slice.start);
  std::vector<ImageFile> used(first, first + slice.count);
  for (ImageFile& file : used) file.label += slice.label_offset;
  auto dataset = std::make_unique<ImageFiles>(std::move(folder), std::move(used));
  ASSAY_RETURN_IF_ERROR(dataset->Hash());
  return std::unique_ptr<Dataset>(std::move(dataset));
}

}  // namespace assay::data
