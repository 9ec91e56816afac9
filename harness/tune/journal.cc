#include "harness/tune/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "harness/file/write_whole.h"

namespace assay::tune {
namespace fs = std::filesystem;

Journal::Journal(fs::path file, int descriptor) : file_(std::move(file)), descriptor_(descriptor) {}

Journal::Journal(Journal&& other) noexcept
    : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

Journal& Journal::operator=(Journal&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Journal::~Journal() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<Journal> Journal::Create(const fs::path& file) {
  std::error_code code;
  if (fs::exists(file, code) && fs::file_size(file, code) > 0) {
    fs::rename(file, file.parent_path() / "trials.previous.jsonl", code);
    if (code) return Error(fmt::format("{}: {}", file.string(), code.message()));
  }
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return WriteError(file);
  return Journal(file, descriptor);
}

Status Journal::Append(const nlohmann::json& line) {
  // A model may hold any bytes in its names.
  const std::string text =
      line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const off_t end = lseek(descriptor_, 0, SEEK_END);
  Status status = WriteAll(descriptor_, text, file_);
  if (status.ok() && fsync(descriptor_) != 0) status = WriteError(file_);
  if (!status.ok() && end >= 0 && ftruncate(descriptor_, end) != 0) {
    return Error(status.message() + "; its last line is cut short");
  }
  return status;
}

}  // namespace assay::tune
