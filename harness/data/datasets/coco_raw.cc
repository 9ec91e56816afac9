// The images of a COCO data set, labelled by their ids, for metrics that look up the objects.
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "harness/data/coco.h"
#include "harness/data/dataset.h"
#include "harness/data/image_files.h"

namespace assay::data {
namespace {

constexpr OptionKey kKeys[] = {
    {"root", "folder of the data set"},
    {"img_dir", "folder of the images, in root (default: val2017)"},
    {"anno_dir", "annotations, in root (default: annotations/instances_val2017.json)"},
};

Result<std::unique_ptr<Dataset>> Open(const Options& options) {
  OptionReader reader("dataset COCORaw", options);
  const std::filesystem::path root = reader.Path("root");
  const std::string images = reader.String("img_dir", "val2017");
  const std::filesystem::path list =
      root / reader.String("anno_dir", "annotations/instances_val2017.json");
  const Slice wanted = ReadSlice(reader);
  ASSAY_RETURN_IF_ERROR(reader.status());
  ASSAY_ASSIGN_OR_RETURN(const auto annotations, ReadCoco(list));
  std::vector<ImageFile> files;
  for (const CocoImage& image : annotations->images) {
    const std::string place = fmt::format("{}: image {}", list.string(), image.id);
    if (image.file.empty()) return Error(fmt::format("{} has no file_name", place));
    files.push_back({image.file, image.id, place});
  }
  return MakeImageFiles(root / images, std::move(files), wanted, list.string());
}

}  // namespace

extern const DatasetEntry coco_raw;
const DatasetEntry coco_raw = {
    .name = "COCORaw",
    .summary = "JPEG and PNG files of a COCO data set; labels are the images' ids",
    .keys = kKeys,
    .open = Open,
};

}  // namespace assay::data
