// The numbers by which ONNX names element types (TensorProto.DataType), as attributes such as
// Cast's `to` carry them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kernels/base/dtype.h"

namespace assay {

// The DType, or nothing for an element type that Assay does not hold.
std::optional<DType> FromElementType(int64_t element_type);
int64_t ToElementType(DType dtype);
// "float16"; "element type 99" for a number that ONNX does not define.
std::string ElementTypeName(int64_t element_type);
// "float, double, ...": those that Assay holds, for messages.
std::string SupportedElementTypes();

}  // namespace assay
