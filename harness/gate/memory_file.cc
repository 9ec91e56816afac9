#include "harness/gate/memory_file.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string_view>

namespace assay::gate {
namespace {

bool WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

MemoryFile MemoryFile::Of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  MemoryFile file;
  if (!in || bytes.empty()) return file;
  file.descriptor_ = memfd_create("cases", MFD_CLOEXEC);
  if (file.is_open() && !WriteAll(file.descriptor_, bytes)) file = {};
  return file;
}

MemoryFile::~MemoryFile() {
  if (is_open()) close(descriptor_);
}

std::string MemoryFile::path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

}  // namespace assay::gate
