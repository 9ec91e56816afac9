#include "harness/onnx/tensor_proto.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <span>
#include <type_traits>

#include "harness/graph/element_type.h"
#include "harness/onnx/expect.h"
#include "harness/onnx/parse.h"

namespace assay::onnx {
namespace {

using ::onnx::TensorProto;
static_assert(std::endian::native == std::endian::little, "raw_data is little endian");

float HalfToFloat(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu;
  const uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0) {  // Zero and subnormal: mantissa * 2^-24, exact in float.
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
  }
  const uint32_t rebiased = exponent == 31 ? 255 : exponent + (127 - 15);
  return std::bit_cast<float>(sign | rebiased << 23 | mantissa << 13);
}

float BFloat16ToFloat(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

// Elements of type T, of raw bytes or of a typed field, into a tensor of D.
template <typename T, typename D, typename Convert>
Tensor FromRaw(const Shape& shape, const std::string& raw, Convert convert) {
  Tensor tensor(DTypeOf<D>::value, shape);
  if constexpr (std::is_same_v<T, D>) {
    if (!raw.empty()) std::memcpy(tensor.data(), raw.data(), raw.size());
  } else {
    const std::span<D> destination = tensor.as<D>();
    for (size_t i = 0; i < destination.size(); ++i) {
      T value;
      std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
      destination[i] = convert(value);
    }
  }
  return tensor;
}

template <typename T, typename D, typename Field, typename Convert>
Result<Tensor> FromField(const Shape& shape, const Field& field, Convert convert) {
  if (field.size() != shape.elements()) {
    return Error(fmt::format("has {} values, but its shape {} has {}", field.size(),
                             shape.ToString(), shape.elements()));
  }
  Tensor tensor(DTypeOf<D>::value, shape);
  D* destination = tensor.as<D>().data();
  for (int i = 0; i < field.size(); ++i) {
    if constexpr (std::is_integral_v<T>) {
      if (!std::in_range<T>(field[i])) {
        return Error(fmt::format("has the value {}, which its element type cannot hold", field[i]));
      }
    }
    destination[i] = convert(static_cast<T>(field[i]));
  }
  return tensor;
}

template <typename T, typename D = T, typename Field, typename Convert = std::identity>
Result<Tensor> Read(const TensorProto& proto, const Shape& shape, const Field& field,
                    ExternalData& external, Convert convert = {}) {
  const bool is_external = proto.data_location() == TensorProto::EXTERNAL;
  if (!is_external && !proto.has_raw_data()) return FromField<T, D>(shape, field, convert);
  if (field.size() > 0 || (is_external && proto.has_raw_data())) {
    return Error("has its data twice, of which only one form is allowed");
  }
  const uint64_t bytes = static_cast<uint64_t>(shape.elements()) * sizeof(T);
  if (is_external) {
    ASSAY_ASSIGN_OR_RETURN(const std::string raw, external.Read(proto, bytes));
    return FromRaw<T, D>(shape, raw, convert);
  }
  if (proto.raw_data().size() != bytes) {
    return Error(fmt::format("has {} bytes of data, but its shape {} needs {}",
                             proto.raw_data().size(), shape.ToString(), bytes));
  }
  return FromRaw<T, D>(shape, proto.raw_data(), convert);
}

Result<Tensor> ReadAny(const TensorProto& proto, const Shape& shape, ExternalData& external) {
  const auto is_true = [](uint8_t value) { return value != 0; };
  switch (proto.data_type()) {
    case TensorProto::FLOAT:
      return Read<float>(proto, shape, proto.float_data(), external);
    case TensorProto::DOUBLE:
      return Read<double>(proto, shape, proto.double_data(), external);
    case TensorProto::INT64:
      return Read<int64_t>(proto, shape, proto.int64_data(), external);
    case TensorProto::INT32:
      return Read<int32_t>(proto, shape, proto.int32_data(), external);
    case TensorProto::UINT8:
      return Read<uint8_t>(proto, shape, proto.int32_data(), external);
    case TensorProto::INT8:
      return Read<int8_t>(proto, shape, proto.int32_data(), external);
    case TensorProto::BOOL:
      return Read<uint8_t, bool>(proto, shape, proto.int32_data(), external, is_true);
    case TensorProto::FLOAT16:
      return Read<uint16_t, float>(proto, shape, proto.int32_data(), external, HalfToFloat);
    case TensorProto::BFLOAT16:
      return Read<uint16_t, float>(proto, shape, proto.int32_data(), external, BFloat16ToFloat);
    default:
      return Error(fmt::format("is of {}; allowed are {}, and float16 and bfloat16 as constants",
                               ElementTypeName(proto.data_type()), SupportedElementTypes()));
  }
}

Result<Tensor> FromProtoUnnamed(const TensorProto& proto, ExternalData& external) {
  if (proto.has_segment()) return Error("is stored in segments, which are not supported");
  if (proto.dims_size() > kMaxRank) {
    return Error(fmt::format("has {} axes; at most {} are allowed", proto.dims_size(), kMaxRank));
  }
  auto shape = Shape::Make({proto.dims().begin(), proto.dims().end()});
  if (!shape.ok()) return Error("is malformed: " + shape.message());
  return ReadAny(proto, *shape, external);
}

struct ExternalEntry {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

Result<uint64_t> ParseCount(const ::onnx::StringStringEntryProto& entry) {
  const std::string& text = entry.value();
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Error(fmt::format("has external data with {} '{}', which is not a number of bytes",
                             entry.key(), text));
  }
  return value;
}

Result<ExternalEntry> ParseEntry(const TensorProto& proto) {
  ExternalEntry entry;
  for (const auto& field : proto.external_data()) {
    if (field.key() == "location") entry.location = field.value();
    if (field.key() == "offset") {
      ASSAY_ASSIGN_OR_RETURN(entry.offset, ParseCount(field));
    }
    if (field.key() == "length") {
      ASSAY_ASSIGN_OR_RETURN(entry.length, ParseCount(field));
    }
  }
  return entry;
}

// The file at `location` inside `folder`, symbolic links resolved.
Result<std::filesystem::path> Resolve(const std::filesystem::path& folder,
                                      const std::filesystem::path& location) {
  const auto refused = [&](std::string_view reason) {
    return Error(
        fmt::format("has external data in '{}', which {}; allowed is a file in the folder "
                    "of the model",
                    location.string(), reason));
  };
  if (location.empty()) return Error("has external data without a location");
  if (folder.empty()) return refused("is not read here");
  if (location.is_absolute()) return refused("is an absolute path");
  if (std::ranges::find(location, "..") != location.end()) return refused("contains '..'");
  std::error_code error;
  const auto root = std::filesystem::canonical(folder, error);
  const auto file = std::filesystem::canonical(folder / location, error);
  if (error || !std::filesystem::is_regular_file(file, error)) return refused("is not a file");
  if (std::ranges::mismatch(root, file).in1 != root.end()) return refused("links out of it");
  return file;
}

}  // namespace

Result<std::string> ExternalData::Read(const TensorProto& proto, uint64_t bytes) {
  ASSAY_ASSIGN_OR_RETURN(const ExternalEntry entry, ParseEntry(proto));
  ASSAY_ASSIGN_OR_RETURN(const std::filesystem::path file, Resolve(folder_, entry.location));
  if (entry.length.value_or(bytes) != bytes) {
    return Error(
        fmt::format("has external data of {} bytes, but its shape needs {}", *entry.length, bytes));
  }
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(file, error);
  if (error || entry.offset > size || bytes > size - entry.offset) {
    return Error(fmt::format("needs {} bytes at {} of '{}', which has {} bytes", bytes,
                             entry.offset, entry.location, error ? 0 : size));
  }
  uint64_t& taken = taken_[file];
  if (bytes > size - taken) {
    return Error(fmt::format("overlaps others: the tensors of '{}' need more than its {} bytes",
                             entry.location, size));
  }
  taken += bytes;

  std::string data(bytes, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(entry.offset));
  if (!stream.read(data.data(), static_cast<std::streamsize>(bytes))) {
    return Error(fmt::format("has external data in '{}', which cannot be read", entry.location));
  }
  return data;
}

Result<Tensor> FromProto(const TensorProto& proto, ExternalData& external) {
  auto tensor = FromProtoUnnamed(proto, external);
  if (!tensor.ok()) return Error(fmt::format("tensor '{}' {}", proto.name(), tensor.message()));
  return tensor;
}

void ToProto(const Tensor& tensor, std::string_view name, TensorProto& proto) {
  proto.set_name(std::string(name));
  proto.set_data_type(static_cast<int32_t>(ToElementType(tensor.dtype())));
  for (int64_t dim : tensor.shape().dims()) proto.add_dims(dim);
  proto.set_raw_data(tensor.data(), tensor.bytes());
}

Result<std::pair<std::string, Tensor>> ReadTensorFile(const std::filesystem::path& path) {
  TensorProto proto;
  ASSAY_RETURN_IF_ERROR(ParseFile(path, "tensor", proto));
  ExternalData external;
  auto tensor = FromProto(proto, external);
  if (!tensor.ok()) return Error(fmt::format("{}: {}", path.string(), tensor.message()));
  return std::pair(proto.name(), *std::move(tensor));
}

}  // namespace assay::onnx
