#include "harness/onnx/parse.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/message_lite.h>

#include <fstream>
#include <limits>

namespace assay::onnx {

// A graph inside an attribute of a node of a graph takes three levels; a flat model five in all.
constexpr int kMaxNesting = 64;
constexpr int kBlockBytes = 1 << 16;

Status ParseFile(const std::filesystem::path& path, std::string_view kind,
                 google::protobuf::MessageLite& message) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return Error(fmt::format("{}: there is no such file", path.string()));
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return Error(fmt::format("{}: is not a file, expected an ONNX {}", path.string(), kind));
  }
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > std::numeric_limits<int>::max()) {
    return Error(
        fmt::format("{}: the file has {} bytes; at most 2 GB are allowed", path.string(), size));
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return Error(fmt::format("{}: the file cannot be opened", path.string()));
  google::protobuf::io::IstreamInputStream input(&stream, kBlockBytes);
  google::protobuf::io::CodedInputStream coded(&input);
  coded.SetTotalBytesLimit(std::numeric_limits<int>::max());
  coded.SetRecursionLimit(kMaxNesting);
  if (!message.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage()) {
    return Error(
        fmt::format("{}: the file is not an ONNX {}, or it is truncated, corrupt or "
                    "nested deeper than {} levels",
                    path.string(), kind, kMaxNesting));
  }
  return {};
}

}  // namespace assay::onnx
