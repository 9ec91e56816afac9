// NumPy's .npy files (numpy.lib.format, versions 1.0 to 3.0): little-endian float32, float64,
// int32, int64, uint8, int8 and bool, in C order.
#pragma once

#include <cstdint>
#include <filesystem>

#include "kernels/base/dtype.h"
#include "kernels/base/shape.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::data {

struct NpyHeader {
  DType dtype = DType::kF32;
  Shape shape;
  int64_t data_offset = 0;  // Bytes before the elements.
};

// Checked against the size of the file: it holds exactly the elements that the header promises.
Result<NpyHeader> ReadNpyHeader(const std::filesystem::path& path);

Result<Tensor> ReadNpy(const std::filesystem::path& path);
// Rows [begin, begin + count) of the outermost axis. Error: the array is a scalar or has fewer.
Result<Tensor> ReadNpyRows(const std::filesystem::path& path, int64_t begin, int64_t count);

// Writes version 1.0 under a temporary name beside `path`, then renames, so that `path` never holds
// half an array.
Status WriteNpy(const std::filesystem::path& path, const TensorView& tensor);
Status WriteNpy(const std::filesystem::path& path, const Tensor& tensor);

}  // namespace assay::data
