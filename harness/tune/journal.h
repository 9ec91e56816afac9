// Journal: trials.jsonl, one line of JSON per finished trial, only ever appended to.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "kernels/base/status.h"

namespace assay::tune {

class Journal {
 public:
  // Starts a new journal; a non-empty one of an earlier run is kept beside it as
  // trials.previous.jsonl.
  static Result<Journal> Create(const std::filesystem::path& file);

  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&& other) noexcept;
  ~Journal();

  // The whole line is on its way to the disk (fsync) when this returns. Error: a full disk; the
  // journal ends with the line before then. Text that is not UTF-8 is written with U+FFFD in it.
  Status Append(const nlohmann::json& line);

 private:
  Journal(std::filesystem::path file, int descriptor);
  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace assay::tune
