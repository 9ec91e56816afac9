#include "bench/peers/bars.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "bench/common/shapes.h"

namespace assay::peers {
namespace {

// "-" or a number; false: neither.
bool ReadNumber(const std::string& text, std::optional<double>* number) {
  if (text == "-") return true;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  *number = value;
  return error == std::errc() && end == text.data() + text.size();
}

Result<Bar> ReadBar(const std::string& line) {
  std::istringstream words(line);
  Bar bar;
  std::string each, mean, fraction, longer, rest;
  words >> bar.contest >> bar.type >> bar.pattern >> each >> mean >> fraction >> longer;
  const bool whole = !words.fail() && !(words >> rest);
  if (!whole || !ReadNumber(each, &bar.each) || !ReadNumber(mean, &bar.mean) ||
      !ReadNumber(fraction, &bar.fraction) || !ReadNumber(longer, &bar.longer_us)) {
    return Error(
        fmt::format("'{}' is not a bar; expected seven columns: contest, type, shapes as "
                    "a regular expression, and four numbers or '-': ratio of each, "
                    "geometric mean, fraction of peak, microseconds",
                    line));
  }
  try {
    bar.shape = std::regex(bar.pattern);
  } catch (const std::regex_error&) {
    return Error(fmt::format("'{}' is not a regular expression", bar.pattern));
  }
  return bar;
}

bool Covers(const Bar& bar, const Verdict& verdict) {
  const catalog::Problem& problem = verdict.race->problem;
  return verdict.contest == bar.contest && Name(problem.type) == bar.type &&
         std::regex_search(problem.ToString(), bar.shape) &&
         (!bar.longer_us || verdict.best->median_s() * 1e6 >= *bar.longer_us);
}

void AddMissedShape(const Bar& bar, const Verdict& verdict, std::vector<std::string>& missed) {
  const std::string name = fmt::format("{} {}", verdict.contest, verdict.race->problem.ToString());
  const double fraction = verdict.race->FractionOfPeak(*verdict.ours);
  if (bar.each && verdict.ratio.value < *bar.each) {
    missed.push_back(fmt::format("{}: ratio {:.3f} ({:.3f}..{:.3f}) to {}, at least {} is asked",
                                 name, verdict.ratio.value, verdict.ratio.interval.lo,
                                 verdict.ratio.interval.hi, verdict.best->name, *bar.each));
  }
  if (bar.fraction && fraction < *bar.fraction) {
    missed.push_back(fmt::format("{}: {:.1f} % of peak, at least {:.0f} % is asked", name,
                                 fraction * 100, *bar.fraction * 100));
  }
}

}  // namespace

Result<std::vector<Bar>> ReadBars(const std::string& file) {
  ASSAY_ASSIGN_OR_RETURN(const auto lines, bench::ReadShapes(file));
  std::vector<Bar> bars;
  for (const std::string& line : lines) {
    auto bar = ReadBar(line);
    if (!bar.ok()) return Error(file + ": " + bar.message());
    bars.push_back(*std::move(bar));
  }
  return bars;
}

std::vector<std::string> Missed(const std::vector<Bar>& bars,
                                const std::vector<Verdict>& verdicts) {
  std::vector<std::string> missed;
  for (const Bar& bar : bars) {
    std::vector<Verdict> covered;
    for (const Verdict& verdict : verdicts) {
      if (Covers(bar, verdict)) covered.push_back(verdict);
    }
    if (covered.empty()) continue;
    for (const Verdict& verdict : covered) AddMissedShape(bar, verdict, missed);
    const double mean = GeometricMean(covered);
    if (bar.mean && mean < *bar.mean) {
      missed.push_back(
          fmt::format("{} {} over {} shapes ({}): geometric mean {:.3f}, at least {} "
                      "is asked",
                      bar.contest, bar.type, covered.size(), bar.pattern, mean, *bar.mean));
    }
  }
  return missed;
}

}  // namespace assay::peers
