#include "harness/tune/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "harness/file/write_whole.h"

namespace assay::tune {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kPrefix = R"({"crc32":")";
constexpr size_t kDigits = 8;

std::string Crc32(std::string_view text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return fmt::format("{:08x}", crc.checksum());
}

Result<std::string> ReadAll(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad() || !stream.is_open()) {
    return Error(fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  }
  return text;
}

bool BeginsAlike(std::string_view text) {
  const size_t both = std::min(text.size(), kPrefix.size());
  return text.substr(0, both) == kPrefix.substr(0, both);
}

}  // namespace

std::string EncodeLine(const json& object) {
  ASSAY_CHECK(object.is_object() && !object.empty());
  const std::string text = object.dump(-1, ' ', false, json::error_handler_t::replace);
  const std::string_view members = std::string_view(text).substr(1);
  return fmt::format("{}{}\",{}", kPrefix, Crc32(members), members);
}

std::optional<json> DecodeLine(std::string_view line) {
  const size_t head = kPrefix.size() + kDigits + 2;
  if (line.size() <= head || !BeginsAlike(line)) return std::nullopt;
  const std::string_view members = line.substr(head);
  if (line.substr(kPrefix.size(), kDigits) != Crc32(members)) return std::nullopt;
  json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return std::nullopt;
  object.erase("crc32");
  return object;
}

Result<JournalContent> ReadJournal(const fs::path& file) {
  JournalContent content;
  std::error_code code;
  if (!fs::exists(file, code)) return content;
  ASSAY_ASSIGN_OR_RETURN(const std::string text, ReadAll(file));
  size_t begin = 0, damaged = 0, number = 0;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin);
    if (end == text.npos) break;
    ++number;
    std::optional<json> line = DecodeLine(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    if (!line) {
      if (damaged == 0) damaged = number;
    } else if (damaged != 0) {
      return Error(
          fmt::format("{}:{}: is damaged: its checksum does not match", file.string(), damaged));
    } else {
      content.lines.push_back(*std::move(line));
      content.whole_bytes = static_cast<int64_t>(begin);
    }
  }
  content.foreign = content.lines.empty() && (damaged != 0 || !BeginsAlike(text));
  return content;
}

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

Result<Journal> Journal::Open(const fs::path& file) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return WriteError(file);
  return Journal(file, descriptor);
}

Result<Journal> Journal::Create(const fs::path& file) {
  const auto content = ReadJournal(file);
  const bool nothing = content.ok() && content->lines.empty() && !content->foreign;
  if (nothing) return Continue(file, 0);
  std::error_code code;
  if (fs::file_size(file, code) > 0) {
    fs::rename(file, file.parent_path() / "trials.previous.jsonl", code);
    if (code) return Error(fmt::format("{}: {}", file.string(), code.message()));
  }
  return Open(file);
}

Result<Journal> Journal::Continue(const fs::path& file, int64_t whole_bytes) {
  ASSAY_ASSIGN_OR_RETURN(Journal journal, Open(file));
  if (ftruncate(journal.descriptor_, whole_bytes) != 0) return WriteError(file);
  return journal;
}

Status Journal::Append(const json& object) {
  const std::string text = EncodeLine(object) + "\n";
  const off_t end = lseek(descriptor_, 0, SEEK_END);
  Status status = WriteAll(descriptor_, text, file_);
  if (status.ok() && fsync(descriptor_) != 0) status = WriteError(file_);
  if (!status.ok() && end >= 0 && ftruncate(descriptor_, end) != 0) {
    return Error(status.message() + "; its last line is cut short");
  }
  return status;
}

}  // namespace assay::tune
