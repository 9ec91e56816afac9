// TensorProto, the ONNX tensor on disk, to and from Tensor.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace onnx {
class TensorProto;
}

namespace assay::onnx {

// Where tensors with external data find it: files of one folder, and never more bytes in total
// than those files have, so that no small model can ask for a huge one.
class ExternalData {
 public:
  // Without a folder every external tensor is an error.
  ExternalData() = default;
  explicit ExternalData(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // The `bytes` bytes that `proto` refers to. Error: a location that is not a regular file inside
  // the folder, an offset or length outside the file or not of this tensor, or the total above.
  Result<std::string> Read(const ::onnx::TensorProto& proto, uint64_t bytes);

 private:
  std::filesystem::path folder_;
  std::map<std::filesystem::path, uint64_t> taken_;  // Bytes read of every file so far.
};

// The tensor; float16 and bfloat16 become float. Error, beginning with "tensor 'name'": an element
// type Assay does not hold, negative or overflowing extents, data that does not match the shape.
Result<Tensor> FromProto(const ::onnx::TensorProto& proto, ExternalData& external);

// `proto` holds the elements as raw_data afterwards.
void ToProto(const Tensor& tensor, std::string_view name, ::onnx::TensorProto& proto);

// One serialized TensorProto, such as the input_0.pb of an ONNX test case: its name, which may be
// empty, and the tensor.
Result<std::pair<std::string, Tensor>> ReadTensorFile(const std::filesystem::path& path);

}  // namespace assay::onnx
