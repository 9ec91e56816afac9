#include "harness/graph/element_type.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

namespace assay {
namespace {

constexpr std::array<std::pair<int64_t, DType>, 7> kSupported = {{{1, DType::kF32},
                                                                  {11, DType::kF64},
                                                                  {7, DType::kI64},
                                                                  {6, DType::kI32},
                                                                  {2, DType::kU8},
                                                                  {3, DType::kI8},
                                                                  {9, DType::kBool}}};

// TensorProto.DataType of ONNX 1.16, by number.
constexpr std::array kNames = {
    "undefined",      "float",      "uint8",          "int8",       "uint16",   "int16",
    "int32",          "int64",      "string",         "bool",       "float16",  "double",
    "uint32",         "uint64",     "complex64",      "complex128", "bfloat16", "float8e4m3fn",
    "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4",      "int4"};

}  // namespace

std::optional<DType> FromElementType(int64_t element_type) {
  for (const auto& [number, dtype] : kSupported) {
    if (number == element_type) return dtype;
  }
  return std::nullopt;
}

int64_t ToElementType(DType dtype) {
  return std::ranges::find(kSupported, dtype, &std::pair<int64_t, DType>::second)->first;
}

std::string ElementTypeName(int64_t element_type) {
  if (element_type < 0 || element_type >= std::ssize(kNames)) {
    return fmt::format("element type {}", element_type);
  }
  return kNames[static_cast<size_t>(element_type)];
}

std::string SupportedElementTypes() {
  std::vector<std::string> names;
  for (const auto& [number, dtype] : kSupported) names.push_back(Name(dtype));
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace assay
