// Bars: what the ratios must come out as, data of a text file (bench/shapes/bars.txt).
#pragma once

#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "bench/peers/verdict.h"

namespace assay::peers {

// A bar on the verdicts of one contest and type whose shapes match; what is not asked is empty.
struct Bar {
  std::string contest, type, pattern;
  std::regex shape;
  std::optional<double> each;       // The least ratio of every shape.
  std::optional<double> mean;       // The least geometric mean of ratios.
  std::optional<double> fraction;   // The least share of peak of every shape.
  std::optional<double> longer_us;  // Only where the best peer takes at least as long.
};

// Lines of seven columns "contest type shapes each mean fraction longer_us", "-" for what is not
// asked, "#" starts a comment. Error: the line that is not such.
Result<std::vector<Bar>> ReadBars(const std::string& file);

// A sentence for every bar that is missed. A bar without a matching verdict is not missed.
std::vector<std::string> Missed(const std::vector<Bar>& bars, const std::vector<Verdict>& verdicts);

}  // namespace assay::peers
