#include "harness/data/file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace assay::data {

Result<InputFile> InputFile::Open(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return Error(fmt::format("{}: no such file", path.string()));
  }
  if (!std::filesystem::is_regular_file(status)) {
    return Error(fmt::format("{}: not a regular file", path.string()));
  }
  const auto size = std::filesystem::file_size(path, error);
  std::FILE* file = error ? nullptr : std::fopen(path.c_str(), "rb");
  if (!file) {
    return Error(fmt::format("{}: cannot be opened: {}", path.string(),
                             error ? error.message() : std::strerror(errno)));
  }
  return InputFile(path, file, static_cast<int64_t>(size));
}

Status InputFile::Read(int64_t offset, std::span<uint8_t> bytes) {
  if (bytes.empty()) return {};
  if (fseeko(file_.get(), offset, SEEK_SET) != 0 ||
      std::fread(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
    return Error(fmt::format("{}: cannot read {} bytes at byte {} of {}", path_.string(),
                             bytes.size(), offset, size_));
  }
  return {};
}

Result<std::vector<uint8_t>> ReadFile(const std::filesystem::path& path) {
  ASSAY_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  std::vector<uint8_t> bytes(static_cast<size_t>(file.size()));
  ASSAY_RETURN_IF_ERROR(file.Read(0, bytes));
  return bytes;
}

}  // namespace assay::data
