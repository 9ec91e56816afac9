// Comparisons as people read them: on a terminal and in Markdown.
#pragma once

#include <span>
#include <string>

#include "harness/compare/compare.h"

namespace assay::report {

enum class LineOrder {
  kEffect,  // The slowest candidate first; lines without a ratio last.
  kName,
  kFile,  // As the baseline has them.
};

struct ComparisonStyle {
  LineOrder order = LineOrder::kEffect;
  bool times = true;  // Also the times, not only their ratios: nonsense across machines.
  bool markdown = false;
};

// A table for each contrast, and what it comes to in a few lines.
std::string ComparisonText(std::span<const compare::Contrast> contrasts,
                           const compare::CompareOptions& options, const ComparisonStyle& style);

// "0.912 [0.905, 0.919]", "0.912" where the interval is unbounded; "-" where there is no value.
std::string FormatRatio(const Estimate& ratio);

}  // namespace assay::report
