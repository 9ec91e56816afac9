#include "harness/file/write_whole.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace assay {
namespace {

// All pieces, or an error named after `file`.
Status WriteTemporary(const std::filesystem::path& temporary, const std::filesystem::path& file,
                      std::initializer_list<std::string_view> pieces) {
  const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return WriteError(file);
  Status status;
  for (const std::string_view piece : pieces) {
    if (status.ok()) status = WriteAll(descriptor, piece, file);
  }
  if (status.ok() && fsync(descriptor) != 0) status = WriteError(file);
  if (close(descriptor) != 0 && status.ok()) status = WriteError(file);
  return status;
}

// A device or a pipe has no old content to keep, and must not be replaced by a file.
bool IsDevice(const std::filesystem::path& file) {
  struct stat status;
  return stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

Status WriteDevice(const std::filesystem::path& file,
                   std::initializer_list<std::string_view> pieces) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return WriteError(file);
  Status status;
  for (const std::string_view piece : pieces) {
    if (status.ok()) status = WriteAll(descriptor, piece, file);
  }
  if (close(descriptor) != 0 && status.ok()) status = WriteError(file);
  return status;
}

}  // namespace

Status WriteError(const std::filesystem::path& file) {
  return Error(file.string() + ": cannot be written: " + std::strerror(errno));
}

Status WriteAll(int descriptor, std::string_view text, const std::filesystem::path& file) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return WriteError(file);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Status WriteWhole(const std::filesystem::path& file,
                  std::initializer_list<std::string_view> pieces) {
  if (IsDevice(file)) return WriteDevice(file, pieces);
  const std::filesystem::path temporary = file.string() + "." + std::to_string(getpid()) + ".tmp";
  Status status = WriteTemporary(temporary, file, pieces);
  if (status.ok() && rename(temporary.c_str(), file.c_str()) != 0) status = WriteError(file);
  if (!status.ok()) unlink(temporary.c_str());
  return status;
}

}  // namespace assay
