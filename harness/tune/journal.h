// Journal: trials.jsonl, one line of JSON per finished trial, only ever appended to. Every line
// opens with the CRC-32 of what follows, so that a reader knows whole lines from what a crash left:
//   {"crc32":"89abcdef","accepted":true,...}
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"

namespace assay::tune {

// One line, without its end, of a JSON object that has a member. Text that is not UTF-8 is written
// with U+FFFD in it.
std::string EncodeLine(const nlohmann::json& object);
// Its inverse; nothing for a line that is cut, changed, or not of a journal.
std::optional<nlohmann::json> DecodeLine(std::string_view line);

// What is whole in a journal.
struct JournalContent {
  std::vector<nlohmann::json> lines;
  int64_t whole_bytes = 0;  // Where the last whole line ends; what follows was cut by a crash.
  bool foreign = false;     // Something else is in the file, such as a journal without checksums.
};

// A file that is absent, or whose only line was cut, is empty. Error: it cannot be read; a damaged
// line with whole ones behind it, which no crash leaves, by its number.
Result<JournalContent> ReadJournal(const std::filesystem::path& file);

class Journal {
 public:
  // Starts a new journal; one of an earlier run that holds anything whole is kept beside it as
  // trials.previous.jsonl.
  static Result<Journal> Create(const std::filesystem::path& file);
  // Appends to an earlier journal behind its first `whole_bytes`; the rest is cut off.
  static Result<Journal> Continue(const std::filesystem::path& file, int64_t whole_bytes);

  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&& other) noexcept;
  ~Journal();

  // The whole line is on its way to the disk (fsync) when this returns. Error: a full disk; the
  // journal ends with the line before then.
  Status Append(const nlohmann::json& object);

 private:
  Journal(std::filesystem::path file, int descriptor);
  static Result<Journal> Open(const std::filesystem::path& file);

  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace assay::tune
