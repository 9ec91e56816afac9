#include "harness/report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/report/terminal.h"

namespace assay::report {
namespace {

using compare::Clock;
using compare::Contrast;
using compare::Line;

Color ColorOf(const Line& line) {
  switch (line.judgement.verdict) {
    case Verdict::kBetter:
      return Color::kGreen;
    case Verdict::kWorse:
      return Color::kRed;
    case Verdict::kSame:
      return Color::kNone;
    case Verdict::kUnsure:
      break;
  }
  return Color::kDim;
}

std::vector<const Line*> Ordered(const Contrast& contrast, LineOrder order) {
  std::vector<const Line*> lines;
  for (const Line& line : contrast.lines) lines.push_back(&line);
  const auto effect = [](const Line* line) {
    return line->has_ratio() ? line->log_ratio.value : -std::numeric_limits<double>::infinity();
  };
  if (order == LineOrder::kName)
    std::ranges::sort(lines, {}, [](auto* line) { return line->name(); });
  if (order == LineOrder::kEffect) std::ranges::sort(lines, std::greater(), effect);
  return lines;
}

std::string Time(const compare::Sample& sample) {
  return sample.median_s > 0 ? FormatSeconds(sample.median_s) : "-";
}

// "5 runs", "5 files".
std::string Runs(const Line& line) {
  const int64_t a = line.baseline.runs, b = line.candidate.runs;
  return a == b ? std::to_string(a) : fmt::format("{}, {}", a, b);
}

std::string Lines(const Contrast& contrast, const ComparisonStyle& style) {
  std::vector<std::string> header = {"benchmark"};
  if (style.times) header.insert(header.end(), {"baseline", "candidate"});
  header.insert(header.end(), {"runs", "ratio", "verdict"});
  const bool notes =
      std::ranges::any_of(contrast.lines, [](const Line& line) { return !line.note.empty(); });
  if (notes) header.push_back("note");
  Table table(header);
  for (const Line* line : Ordered(contrast, style.order)) {
    std::vector<std::string> row = {line->name()};
    if (style.times) row.insert(row.end(), {Time(line->baseline), Time(line->candidate)});
    row.insert(row.end(), {Runs(*line), FormatRatio(line->judgement.ratio),
                           line->has_ratio() ? Name(line->judgement.verdict) : "-", line->note});
    table.Add(std::move(row), ColorOf(*line));
  }
  return style.markdown ? table.ToMarkdown() : table.ToString();
}

std::string Counts(const Contrast& contrast) {
  std::string text;
  for (const Verdict verdict :
       {Verdict::kBetter, Verdict::kSame, Verdict::kWorse, Verdict::kUnsure}) {
    const auto count = std::ranges::count_if(contrast.lines, [&](const Line& line) {
      return line.has_ratio() && line.judgement.verdict == verdict;
    });
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, Name(verdict));
  }
  return text;
}

// Which clock the lines were read from.
std::string ClockName(const Contrast& contrast) {
  const auto real = std::ranges::count_if(
      contrast.lines, [](const Line& line) { return line.baseline.clock == Clock::kReal; });
  if (real == 0) return "CPU time";
  return real == std::ssize(contrast.lines) ? "real time" : "CPU or real time, as each was timed";
}

std::string Unmatched(const std::string& side, const std::vector<std::string>& names) {
  constexpr size_t kShown = 5;
  if (names.empty()) return "";
  std::string text = fmt::format("only in {}: ", Printable(side));
  for (size_t i = 0; i < std::min(kShown, names.size()); ++i) {
    text += (i > 0 ? ", " : "") + Printable(names[i]);
  }
  if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
  return text + "\n";
}

std::string Summary(const Contrast& contrast) {
  std::string text = fmt::format("geometric mean of {}: {}; {}\n", contrast.averaged,
                                 FormatRatio(contrast.geometric_mean), Counts(contrast));
  return text + Unmatched(contrast.baseline, contrast.only_in_baseline) +
         Unmatched(contrast.candidate, contrast.only_in_candidate);
}

std::string Legend(const compare::CompareOptions& options) {
  const ComparisonRules& rules = options.rules;
  const char* corrected = rules.correction == Correction::kFalseDiscovery
                              ? ", verdicts hold over all lines (Benjamini-Hochberg)"
                          : rules.correction == Correction::kAnyFalse
                              ? ", verdicts hold over all lines (Holm)"
                              : ", every line judged by itself";
  return fmt::format(
      "ratio: candidate / baseline, below 1 is faster, with its {:g} % interval{}\n"
      "same: shown to be within {:g} % of the baseline; better, worse: shown to be beyond that\n",
      100 * rules.level, corrected, 100 * rules.margin);
}

std::string Title(const Contrast& contrast, const ComparisonStyle& style) {
  const std::string title = fmt::format("{} against {}, {}", Printable(contrast.candidate),
                                        Printable(contrast.baseline), ClockName(contrast));
  return style.markdown ? "### " + title + "\n\n" : Paint(title, Color::kBold) + "\n";
}

}  // namespace

std::string FormatRatio(const Estimate& ratio) {
  if (!std::isfinite(ratio.value)) return "-";
  const Interval& interval = ratio.interval;
  if (ratio.value >= 1e6) return fmt::format("{:.3g}", ratio.value);
  if (!std::isfinite(interval.hi)) return fmt::format("{:.3f}", ratio.value);
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", ratio.value, interval.lo, interval.hi);
}

std::string ComparisonText(std::span<const Contrast> contrasts,
                           const compare::CompareOptions& options, const ComparisonStyle& style) {
  std::string text;
  for (const Contrast& contrast : contrasts) {
    text += Title(contrast, style) + Lines(contrast, style) + "\n" + Summary(contrast) + "\n";
  }
  return text + Legend(options);
}

}  // namespace assay::report
