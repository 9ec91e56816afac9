// A dataset of image files, JPEG and PNG, decoded when asked for: what the datasets that name files
// in one way or another have in common.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/data/dataset.h"

namespace assay::data {

struct ImageFile {
  std::string file;   // Relative to the dataset's folder.
  int64_t label = 0;  // Without the slice's offset.
  std::string place;  // Opens the errors about it ("list.txt:12"); may be empty.
};

// Those of `files` that `wanted` names; `subject` opens the errors about their number. Its
// fingerprint is of names, sizes and labels: reading every image to hash it would take as long as
// decoding it. Error: none are left, or one has no size, by its place and path.
Result<std::unique_ptr<Dataset>> MakeImageFiles(std::filesystem::path folder,
                                                std::vector<ImageFile> files, const Slice& wanted,
                                                std::string_view subject);

}  // namespace assay::data
