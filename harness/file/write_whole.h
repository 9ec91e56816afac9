// WriteWhole: files that are never half written.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string_view>

#include "kernels/base/status.h"

namespace assay {

// Writes the pieces one after the other under a temporary name in the same folder, flushes them to
// the disk (fsync) and renames; what is a device or a pipe is written to as it is. Error: "FILE: cannot be written: reason"; the temporary file is gone then.
Status WriteWhole(const std::filesystem::path& file,
                  std::initializer_list<std::string_view> pieces);
inline Status WriteWhole(const std::filesystem::path& file, std::string_view text) {
  return WriteWhole(file, {text});
}

// Appends all of text to an open file and flushes it; `file` is what errors call it.
Status WriteAll(int descriptor, std::string_view text, const std::filesystem::path& file);

// "FILE: cannot be written: " and what errno says.
Status WriteError(const std::filesystem::path& file);

}  // namespace assay
