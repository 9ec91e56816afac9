#include "harness/report/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace assay::report {
namespace {

bool IsTerminal(std::FILE* stream) { return isatty(fileno(stream)) == 1; }

// Code points: bytes that do not continue one.
size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

std::string Pad(std::string_view cell, size_t width, bool left) {
  const std::string space(width - std::min(width, Width(cell)), ' ');
  return left ? std::string(cell) + space : space + std::string(cell);
}

// A bar would end the cell of a Markdown table.
std::string EscapeBars(std::string_view cell) {
  std::string escaped;
  for (const char c : cell) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// Three significant digits, without an exponent.
std::string Digits(double value) {
  const double size = std::fabs(value);
  return fmt::format("{:.{}f}", value, size < 10 ? 2 : size < 100 ? 1 : 0);
}

}  // namespace

std::string Paint(std::string_view text, Color color, std::FILE* stream) {
  static const bool allowed = std::getenv("NO_COLOR") == nullptr;
  if (color == Color::kNone || !allowed || !IsTerminal(stream)) return std::string(text);
  constexpr int kCodes[] = {0, 32, 33, 31, 1, 2};
  return fmt::format("\033[{}m{}\033[0m", kCodes[static_cast<int>(color)], text);
}

std::string Printable(std::string_view text) {
  std::string printable;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '\n') {
      printable += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      printable += fmt::format("\\x{:02x}", byte);
    } else {
      printable += c;
    }
  }
  return printable;
}

Table::Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

void Table::Add(std::vector<std::string> row, Color color) {
  row.resize(rows_[0].size());
  for (std::string& cell : row) cell = Printable(cell);
  rows_.push_back(std::move(row));
  colors_.push_back(color);
}

std::string Table::ToString() const {
  std::vector<size_t> widths(rows_[0].size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string text;
  for (size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (i > 0) line += "  ";
      line += Pad(rows_[r][i], widths[i], i == 0);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += Paint(line, colors_[r]) + "\n";
    if (r > 0) continue;
    size_t rule = 2 * (widths.size() - 1);
    for (size_t width : widths) rule += width;
    for (size_t i = 0; i < rule; ++i) text += "─";
    text += "\n";
  }
  return text;
}

std::string Table::ToMarkdown() const {
  std::string text;
  for (size_t r = 0; r < rows_.size(); ++r) {
    text += "|";
    for (const std::string& cell : rows_[r]) text += " " + EscapeBars(cell) + " |";
    text += "\n";
    if (r > 0) continue;
    text += "|---|";
    for (size_t i = 1; i < rows_[0].size(); ++i) text += "--:|";
    text += "\n";
  }
  return text;
}

std::string FormatBytes(double bytes) {
  if (bytes < 1e3) return fmt::format("{:.0f} B", bytes);
  if (bytes < 1e6) return Digits(bytes / 1e3) + " KB";
  if (bytes < 1e9) return Digits(bytes / 1e6) + " MB";
  return Digits(bytes / 1e9) + " GB";
}

std::string FormatSeconds(double seconds) {
  if (seconds < 1e-6) return Digits(seconds * 1e9) + " ns";
  if (seconds < 1e-3) return Digits(seconds * 1e6) + " us";
  if (seconds < 1) return Digits(seconds * 1e3) + " ms";
  return (seconds < 1e6 ? Digits(seconds) : fmt::format("{:.3g}", seconds)) + " s";
}

std::string FormatWait(double seconds) {
  const auto whole = static_cast<int64_t>(std::lround(std::max(0.0, seconds)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string FormatCount(int64_t count) {
  std::string digits = std::to_string(count);
  const size_t first = digits[0] == '-' ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

Progress::Progress(std::string label, std::FILE* stream)
    : label_(std::move(label)), stream_(stream), terminal_(IsTerminal(stream)) {}

Progress::~Progress() { Clear(); }

void Progress::Update(int64_t done, int64_t total, std::string_view note) {
  const Clock::time_point now = Clock::now();
  const bool first = last_ == start_;
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10);
  if (now - last_ < pause && !(first && terminal_)) return;
  last_ = now;
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0.0;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  std::string line = fmt::format("{} {}/{}", label_, done, total);
  if (share > 0 && elapsed > 1) {
    line += fmt::format(", about {} left", FormatWait(elapsed / share * (1 - share)));
  }
  if (!note.empty()) line += fmt::format(" | {}", note);
  if (terminal_) {
    constexpr int kBar = 24;
    const int full = static_cast<int>(share * kBar);
    std::string bar;
    for (int i = 0; i < kBar; ++i) bar += i < full ? "█" : "░";
    fmt::print(stream_, "\r\033[K{} {}", bar, line);
    drawn_ = true;
  } else {
    fmt::print(stream_, "{}\n", line);
  }
  std::fflush(stream_);
}

void Progress::Clear() {
  if (drawn_) fmt::print(stream_, "\r\033[K");
  std::fflush(stream_);
  drawn_ = false;
}

}  // namespace assay::report
