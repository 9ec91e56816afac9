#include "harness/tune/workspace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "harness/tune/journal.h"

namespace assay::tune {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kAnew =
    "choose another workspace, or start anew with --set tuning.workspace.resume=False, which keeps "
    "it as trials.previous.jsonl";

// Files that are written under another name first (write_whole.h), and the candidate on trial.
void RemoveLeftovers(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const bool ours = name.starts_with("trial.onnx") || name.starts_with("best.onnx.") ||
                      name.starts_with("result.json.");
    if (name == "trial.onnx" || (ours && name.ends_with(".tmp"))) {
      fs::remove(entry.path(), ignored);
    }
  }
}

}  // namespace

Workspace::Workspace(fs::path folder, int descriptor)
    : folder_(std::move(folder)), descriptor_(descriptor) {}

Workspace::Workspace(Workspace&& other) noexcept
    : folder_(std::move(other.folder_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

Workspace& Workspace::operator=(Workspace&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Workspace::~Workspace() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<Workspace> Workspace::Open(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) return Error(fmt::format("{}: {}", folder.string(), code.message()));
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    return Error(fmt::format("{}: cannot be opened: {}", folder.string(), std::strerror(errno)));
  }
  Workspace workspace(folder, descriptor);
  if (faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) != 0) {
    return Error(fmt::format("{}: the workspace cannot be written to: {}", folder.string(),
                             std::strerror(errno)));
  }
  // Where a file system has no such locks, nobody is kept out.
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return Error(
        fmt::format("{}: another process is tuning in this workspace; wait for its end, "
                    "or choose another workspace",
                    folder.string()));
  }
  RemoveLeftovers(folder);
  return workspace;
}

bool Workspace::Finished(size_t trials) const {
  std::ifstream stream(result());
  const json outcome = json::parse(stream, nullptr, /*allow_exceptions=*/false);
  return outcome.is_object() && outcome.contains("status") && outcome["status"] != "interrupted" &&
         outcome.contains("trials") && outcome["trials"] == trials;
}

Result<EarlierRun> Workspace::FindEarlierRun(const RunKey& key, Resume resume) const {
  if (resume == Resume::kFalse) return EarlierRun{};
  auto content = ReadJournal(journal());
  if (!content.ok()) return Error(fmt::format("{}; {}", content.message(), kAnew));
  if (content->foreign && resume == Resume::kTrue) {
    return Error(fmt::format("{}: is not a journal of this version of Assay; {}",
                             journal().string(), kAnew));
  }
  std::vector<json>& lines = content->lines;
  if (lines.empty()) return EarlierRun{};
  if (resume == Resume::kAuto && Finished(lines.size())) return EarlierRun{};
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto found = ParseRunKey(lines[i].value("run", json()));
    if (found.ok() && *found == key) continue;
    const std::string why = found.ok() ? "is of " + Differences(*found, key) : found.message();
    return Error(
        fmt::format("{}:{}: the run to continue {}; {}", journal().string(), i + 1, why, kAnew));
  }
  return EarlierRun{std::move(lines), content->whole_bytes};
}

void Workspace::KeepEarlierResult() const {
  std::error_code absent;
  fs::rename(best(), folder_ / "best.previous.onnx", absent);
  fs::rename(result(), folder_ / "result.previous.json", absent);
}

}  // namespace assay::tune
