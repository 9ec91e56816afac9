// What a person reads: colors only on a terminal, tables that line up, progress on stderr.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace assay::report {

enum class Color { kNone, kGreen, kYellow, kRed, kBold, kDim };

// Wraps text in the color when `stream` is a terminal and NO_COLOR is not set.
std::string Paint(std::string_view text, Color color, std::FILE* stream = stdout);

// The text with its control characters as "\n" or "\x1b": names in a model may hold any, and must
// neither steer the terminal nor break a line.
std::string Printable(std::string_view text);

// Columns that line up; the first is left-aligned, the others are right-aligned.
class Table {
 public:
  explicit Table(std::vector<std::string> header);
  // The color is for terminals: see Paint.
  void Add(std::vector<std::string> row, Color color = Color::kNone);
  // One line per row, under a rule. Cells are made Printable; width is counted in code points.
  std::string ToString() const;
  // The same as a table of Markdown.
  std::string ToMarkdown() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<Color> colors_ = {Color::kNone};
};

// "12.3 KB", "1.25 MB": decimal units, three digits.
std::string FormatBytes(double bytes);
// "812 ns", "43.1 us", "1.28 ms", "2.05 s".
std::string FormatSeconds(double seconds);
// "35 s", "4 min 10 s": for estimates.
std::string FormatWait(double seconds);
// "1,234,567".
std::string FormatCount(int64_t count);

// A line on stderr that shows how far long work is and how long it will take. On a terminal one
// line is redrawn; elsewhere a line is printed at most every ten seconds.
class Progress {
 public:
  explicit Progress(std::string label, std::FILE* stream = stderr);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(int64_t done, int64_t total, std::string_view note = "");
  // Clears the line; further updates start a new one.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  std::FILE* stream_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

}  // namespace assay::report
