#include "harness/tune/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace assay::tune {
namespace {

namespace fs = std::filesystem;

Status SystemError(const fs::path& file) {
  return Error(fmt::format("{}: {}", file.string(), std::strerror(errno)));
}

Status WriteAll(int descriptor, const std::string& text, const fs::path& file) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t written = write(descriptor, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError(file);
    done += static_cast<size_t>(written);
  }
  return fsync(descriptor) == 0 ? Status() : SystemError(file);
}

}  // namespace

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
  if (fs::exists(file, code)) {
    const fs::path previous = file.parent_path() / "trials.previous.jsonl";
    fs::rename(file, previous, code);
    if (code) return Error(fmt::format("{}: {}", file.string(), code.message()));
  }
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return SystemError(file);
  return Journal(file, descriptor);
}

Status Journal::Append(const nlohmann::json& line) {
  return WriteAll(descriptor_, line.dump() + "\n", file_);
}

Status WriteWhole(const fs::path& file, const std::string& text) {
  fs::path temporary = file;
  temporary += fmt::format(".{}.tmp", getpid());
  const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return SystemError(temporary);
  Status status = WriteAll(descriptor, text, temporary);
  if (close(descriptor) != 0 && status.ok()) status = SystemError(temporary);
  if (status.ok() && rename(temporary.c_str(), file.c_str()) != 0) status = SystemError(file);
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

}  // namespace assay::tune
