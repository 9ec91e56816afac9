#include "harness/cli/compare_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/compare/to_json.h"
#include "harness/report/terminal.h"

namespace assay::cli {
namespace {

const std::map<std::string, report::LineOrder> kOrders = {{"effect", report::LineOrder::kEffect},
                                                          {"name", report::LineOrder::kName},
                                                          {"file", report::LineOrder::kFile}};
const std::map<std::string, compare::ClockChoice> kClocks = {
    {"auto", compare::ClockChoice::kAsTimed},
    {"cpu", compare::ClockChoice::kCpu},
    {"real", compare::ClockChoice::kReal}};
const std::map<std::string, Correction> kCorrections = {{"bh", Correction::kFalseDiscovery},
                                                        {"holm", Correction::kAnyFalse},
                                                        {"none", Correction::kNone}};

// A choice by its word.
template <typename Choice>
void AddChoice(CLI::App& app, const std::string& flag, Choice& choice,
               const std::map<std::string, Choice>& words, const std::string& help) {
  std::string names;
  for (const auto& [name, value] : words) names += (names.empty() ? "" : "|") + name;
  CLI::IsMember known(words);
  known.description("");
  app.add_option_function<std::string>(
         flag, [&choice, &words](const std::string& word) { choice = words.at(word); }, help)
      ->type_name(names)
      ->check(known);
}

// "a.json,b.json", unless that is a file.
std::vector<std::string> SplitSide(const std::string& argument) {
  std::error_code code;
  std::vector<std::string> files;
  if (std::filesystem::exists(argument, code)) return {argument};
  for (size_t at = 0; at != std::string::npos;) {
    const size_t comma = argument.find(',', at);
    files.push_back(argument.substr(at, comma - at));
    at = comma == std::string::npos ? comma : comma + 1;
  }
  return files;
}

Result<std::vector<compare::Side>> ReadSides(const std::vector<std::string>& arguments) {
  std::vector<compare::Side> sides;
  for (const std::string& argument : arguments) {
    compare::Side side{.name = argument, .files = {}};
    for (const std::string& file : SplitSide(argument)) {
      ASSAY_ASSIGN_OR_RETURN(compare::BenchmarkFile read, compare::ReadBenchmarkFile(file));
      side.files.push_back(std::move(read));
    }
    sides.push_back(std::move(side));
  }
  return sides;
}

void PrintNotes(const std::vector<compare::Side>& sides) {
  bool unknown = false, single = false;
  for (const compare::Side& side : sides) {
    single = single || side.files.size() == 1;
    for (const compare::BenchmarkFile& file : side.files) {
      unknown = unknown || !compare::IdentityOf(file).known();
      for (const std::string& doubt : compare::Doubts(file)) {
        fmt::print(stderr, "note: {}\n", report::Printable(doubt));
      }
    }
  }
  if (unknown) {
    fmt::print(stderr,
               "note: a file does not say which machine it is of: times of two machines "
               "cannot be compared\n");
  }
  if (single) {
    fmt::print(
        stderr,
        "note: a side of one file is one process at one time: its intervals know nothing of "
        "how processes and hours differ; give several, as a1.json,a2.json b1.json,b2.json\n");
  }
}

Result<std::optional<std::regex>> ParseFilter(const std::string& filter) {
  if (filter.empty()) return std::optional<std::regex>();
  try {
    return std::optional(std::regex(filter));
  } catch (const std::regex_error&) {
    return Error(fmt::format("--filter '{}' is not a regular expression", filter));
  }
}

int Refuse(const std::vector<std::string>& differences) {
  for (const std::string& line : differences) {
    fmt::print(stderr, "{}\n", report::Printable(line));
  }
  fmt::print(stderr,
             "times of two machines do not compare; --across-machines shows their ratios "
             "nevertheless\n");
  return kBestEffort;
}

}  // namespace

void AddCompareFiles(CLI::App& app, CompareFilesOptions& options) {
  app.add_option("--filter", options.filter, "Only benchmarks whose name has a match")
      ->type_name("REGEX");
  AddChoice(app, "--sort", options.order, kOrders,
            "Order of the lines: effect (the slowest candidate first; default), name, or as the "
            "file has them");
  AddChoice(app, "--clock", options.compare.clock, kClocks,
            "Time to compare. Default, auto: real time where the name says so (/real_time, "
            "/manual_time) or several threads worked, else CPU time");
  AddChoice(app, "--correction", options.compare.rules.correction, kCorrections,
            "Of verdicts for how many lines there are: bh (default) holds the share of wrong ones, "
            "holm the chance of a single one");
  app.add_flag("--across-machines", options.across_machines,
               "Compare files of two machines: ratios only");
}

Result<int> CompareFiles(const CompareFilesOptions& options, const CompareOutput& output) {
  compare::CompareOptions rules = options.compare;
  ASSAY_ASSIGN_OR_RETURN(rules.filter, ParseFilter(options.filter));
  ASSAY_ASSIGN_OR_RETURN(const std::vector<compare::Side> sides, ReadSides(options.files));
  const std::vector<std::string> differences = compare::MachineDifferences(sides);
  if (!differences.empty() && !options.across_machines) return Refuse(differences);
  ASSAY_ASSIGN_OR_RETURN(const auto contrasts, compare::Compare(sides, rules));
  PrintNotes(sides);
  if (!output.silent()) {
    const report::ComparisonStyle style{
        .order = options.order, .times = differences.empty(), .markdown = output.markdown};
    fmt::print("{}", report::ComparisonText(contrasts, rules, style));
  }
  if (!output.json.empty()) {
    ASSAY_RETURN_IF_ERROR(WriteJson(output.json, compare::ToJson(contrasts, sides, rules)));
  }
  const bool compared =
      std::ranges::any_of(contrasts, [](const auto& c) { return c.averaged > 0; });
  return compared ? Result<int>(kFine) : Error("no benchmark has times of both sides");
}

}  // namespace assay::cli
