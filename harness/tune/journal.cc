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
  ASSAY_RETURN_IF_ERROR(WriteAll(descriptor_, line.dump() + "\n", file_));
  return fsync(descriptor_) == 0 ? Status() : WriteError(file_);
}

}  // namespace assay::tune
