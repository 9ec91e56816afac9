#include "bench/peers/onnxruntime/bars.h"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "bench/common/shapes.h"

namespace assay::bench {
namespace {

// "-" or a positive number; false: neither.
bool ReadNumber(const std::string& text, std::optional<double>* number) {
  if (text == "-") return true;
  char* end = nullptr;
  *number = std::strtod(text.c_str(), &end);
  return *end == '\0' && std::isfinite(**number) && **number > 0;
}

Result<ModelBar> ReadBar(const std::string& line) {
  std::istringstream words(line);
  ModelBar bar;
  std::string each, mean, rest;
  words >> bar.contest >> bar.pattern >> each >> mean;
  const bool whole = !words.fail() && !(words >> rest);
  if (!whole || !ReadNumber(each, &bar.each) || !ReadNumber(mean, &bar.mean)) {
    return Error(fmt::format(
        "'{}' is not a bar; expected four columns: contest, cases as a regular expression, and two "
        "numbers or '-': ratio of each, geometric mean",
        line));
  }
  try {
    bar.cases = std::regex(bar.pattern);
  } catch (const std::regex_error&) {
    return Error(fmt::format("'{}' is not a regular expression", bar.pattern));
  }
  return bar;
}

void Judge(const ModelBar& bar, std::span<const Record> records, std::vector<std::string>& missed) {
  double sum = 0;
  int count = 0;
  for (const Record& record : records) {
    for (const Ratio& ratio : record.ratios) {
      const std::string name = CaseOf(record, ratio);
      if (ratio.contest != bar.contest || !std::regex_search(name, bar.cases)) continue;
      sum += std::log(ratio.value.value);
      ++count;
      if (!bar.each || ratio.value.value >= *bar.each) continue;
      missed.push_back(fmt::format("{} {}: ratio {:.3f}, at least {} is asked", bar.contest, name,
                                   ratio.value.value, *bar.each));
    }
  }
  const double mean = std::exp(sum / count);
  if (count == 0 || !bar.mean || mean >= *bar.mean) return;
  missed.push_back(fmt::format("{} over {} cases ({}): geometric mean {:.3f}, at least {} is asked",
                               bar.contest, count, bar.pattern, mean, *bar.mean));
}

}  // namespace

Result<std::vector<ModelBar>> ReadModelBars(const std::string& file) {
  ASSAY_ASSIGN_OR_RETURN(const auto lines, ReadShapes(file));
  std::vector<ModelBar> bars;
  for (const std::string& line : lines) {
    auto bar = ReadBar(line);
    if (!bar.ok()) return Error(file + ": " + bar.message());
    bars.push_back(*std::move(bar));
  }
  return bars;
}

std::vector<std::string> MissedBars(std::span<const ModelBar> bars,
                                    std::span<const Record> records) {
  std::vector<std::string> missed;
  for (const ModelBar& bar : bars) Judge(bar, records, missed);
  return missed;
}

}  // namespace assay::bench
