// Seeds of fuzz_data: a small file of every kind that the data sets read.
// usage: fuzz_data_seeds OUT
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/harness/data/image_files.h"

namespace assay::fuzz {
namespace {

namespace fs = std::filesystem;

// The first byte of a seed, as fuzz_data reads it.
enum Format : char { kIdx, kCifar10, kNpy, kImage, kImageList, kAnnotations = -1 };

class Seeds {
 public:
  explicit Seeds(fs::path folder) : folder_(std::move(folder)) { fs::create_directories(folder_); }

  void Add(Format format, const std::string& bytes) {
    const fs::path file = folder_ / ("seed" + std::to_string(count_++));
    std::ofstream(file, std::ios::binary) << static_cast<char>(format) << bytes;
  }

 private:
  fs::path folder_;
  int count_ = 0;
};

// An idx file of u8 with these extents, below 256 each.
std::string Idx(const std::vector<uint8_t>& dims) {
  std::string bytes = {0, 0, 8, static_cast<char>(dims.size())};
  size_t elements = 1;
  for (const uint8_t dim : dims) {
    bytes += std::string(3, '\0') + static_cast<char>(dim);
    elements *= dim;
  }
  return bytes + std::string(elements, '\5');
}

void AddIdx(Seeds& seeds) {
  const std::string labels = Idx({2}), images = Idx({2, 3, 4});
  for (const bool packed_labels : {false, true}) {
    for (const bool packed_images : {false, true}) {
      const std::string first = packed_labels ? data::Gzip(labels) : labels;
      seeds.Add(kIdx, static_cast<char>(first.size()) + first +
                          (packed_images ? data::Gzip(images) : images));
    }
  }
}

void AddNpy(Seeds& seeds) {
  for (const std::string kind : {"|u1", "<f4", "<i8", "|b1"}) {
    for (const std::string shape : {"(1, 2, 2)", "(1, 1, 2, 2)", "(4,)", "()"}) {
      const std::string header =
          "{'descr': '" + kind + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
      const size_t bytes = static_cast<size_t>(kind[2] - '0') * (shape == "()" ? 1 : 4);
      seeds.Add(kNpy, std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size()) + '\0' +
                          header + std::string(bytes, '\1'));
    }
  }
}

void AddImages(Seeds& seeds) {
  for (const uint8_t type : {0, 2, 4, 6}) {
    const size_t channels = type == 0 ? 1 : type == 2 ? 3 : type == 4 ? 2 : 4;
    seeds.Add(kImage, data::Png(2, 2, type, std::string(4 * channels, '\7')));
  }
  for (const auto scans : {data::JpegScans::kBaseline, data::JpegScans::kProgressive}) {
    seeds.Add(kImage, data::Jpeg(9, 5, data::JpegColors::kGray, {10}, scans));
    seeds.Add(kImage, data::Jpeg(9, 5, data::JpegColors::kCmyk, {10, 200, 30, 40}, scans));
  }
  for (const auto scans : {data::JpegScans::kBaseline, data::JpegScans::kProgressive,
                           data::JpegScans::kOnePerComponent}) {
    seeds.Add(kImage, data::Jpeg(9, 5, data::JpegColors::kRgb, {10, 200, 30}, scans));
  }
}

void WriteSeeds(const fs::path& folder) {
  Seeds seeds(folder);
  AddIdx(seeds);
  seeds.Add(kCifar10, std::string(40, '\3'));
  AddNpy(seeds);
  AddImages(seeds);
  seeds.Add(kImageList, "a.jpg 3\n  \nsub/b.png\t999\r\n");
  seeds.Add(kAnnotations, R"({"images": [{"id": 7, "file_name": "b.png", "width": 4}],)"
                          R"("categories": [{"id": 9}], "annotations": [{"image_id": 7,)"
                          R"("category_id": 9, "bbox": [1, 0.5, 2, 0], "iscrowd": 0}]})");
}

}  // namespace
}  // namespace assay::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_data_seeds OUT\n");
    return 2;
  }
  assay::fuzz::WriteSeeds(argv[1]);
}
