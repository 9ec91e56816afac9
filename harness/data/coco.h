// The annotations of a detection data set in COCO's format for instances
// (https://cocodataset.org/#format-data): images, categories, and boxes of objects.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernels/base/status.h"

namespace assay::data {

// x and y of the corner near the origin, width, height; pixels of the image as it is on disk.
using Box = std::array<double, 4>;

struct CocoImage {
  int64_t id = 0;
  std::string file;               // May be empty.
  int64_t width = 0, height = 0;  // Pixels; 0: the file does not say.
};

struct CocoObject {
  int64_t category = 0;
  Box box = {};
  bool crowd = false;  // A region with many objects, which detections may match without counting.
};

struct CocoAnnotations {
  std::vector<CocoImage> images;                                 // In the file's order.
  std::vector<int64_t> categories;                               // Ascending.
  std::unordered_map<int64_t, std::vector<CocoObject>> objects;  // By image; in the file's order.
  std::string fingerprint;                                       // Of the file's bytes.

  // nullptr: no image has that id.
  const CocoImage* Find(int64_t id) const;

  std::unordered_map<int64_t, size_t> places;  // In `images`, by id.
};

// What was made of the last file is kept, for the next one of the same bytes. Error: not JSON, or
// not COCO's format, by the place in it ("annotations[3].bbox"); an id given twice, or one that
// refers to nothing.
Result<std::shared_ptr<const CocoAnnotations>> ReadCoco(const std::filesystem::path& path);

}  // namespace assay::data
