// The idx format of MNIST (http://yann.lecun.com/exdb/mnist): two zero bytes, an element type, the
// rank, each extent as 32 bits big-endian, the elements. Plain, or compressed by gzip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/dataset.h"
#include "kernels/base/shape.h"
#include "kernels/base/status.h"

namespace assay::data {

// Reads an idx file of u8 elements from front to back, inflating it where needed.
class IdxFile {
 public:
  // Error: not an idx file of u8 with that rank, or a header that promises more elements than a
  // file of this size can hold.
  static Result<IdxFile> Open(const std::filesystem::path& path, int rank);

  const std::filesystem::path& path() const { return path_; }
  const Shape& shape() const { return shape_; }
  // The elements of rows [begin, begin + count) of the outermost axis. Reads to the end of the
  // file, so that one that is damaged or has another length than its header says is an error.
  // Once per file; memory grows with what was really read.
  Result<std::vector<uint8_t>> ReadRows(int64_t begin, int64_t count);

 private:
  struct Close {
    void operator()(void* file) const;
  };
  IdxFile(std::filesystem::path path, void* file);
  Status ParseHeader(int rank, int64_t file_bytes);
  Status Inflate(std::span<uint8_t> bytes);
  Status Skip(int64_t count);
  Status CheckEnd();

  std::filesystem::path path_;
  std::unique_ptr<void, Close> file_;  // zlib's gzFile.
  Shape shape_;
  int64_t read_ = 0;  // Bytes after inflation.
};

inline constexpr OptionKey kIdxKeys[] = {
    {"root", "folder of the four files train-* and t10k-*, idx or idx.gz"},
    {"train", "true: the training images; false (default): the test images"},
};

// The dataset in options' `root` (or its sub-folder <name>/raw, as torchvision lays it out).
Result<std::unique_ptr<Dataset>> OpenIdxFolder(std::string_view name, const Options& options);

}  // namespace assay::data
