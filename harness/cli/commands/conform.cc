// assay conform: ONNX's backend test cases.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/conform/judge.h"
#include "harness/measure/interrupt.h"
#include "harness/report/terminal.h"

namespace assay::cli {
namespace {

struct Options {
  std::vector<std::string> folders;
  std::string json;
  double timeout_s = 60;
};

void PrintVerdict(const conform::TestCase& test_case, const conform::Verdict& verdict) {
  if (verdict.outcome == conform::Outcome::kPassed) return;
  const bool failed = verdict.outcome == conform::Outcome::kFailed;
  // Refusals begin with the file; the name of the case says as much.
  std::string_view reason = verdict.reason;
  const std::string file = test_case.model().string() + ": ";
  if (reason.starts_with(file)) reason.remove_prefix(file.size());
  fmt::print("{}  {}  {}\n",
             report::Paint(Name(verdict.outcome),
                           failed ? report::Color::kRed : report::Color::kYellow),
             test_case.name, report::Printable(reason));
  std::fflush(stdout);
}

void PrintTotals(const conform::Tally& tally) {
  report::Table table({"operator", "passed", "failed", "unsupported"});
  const auto row = [&](const std::string& name, const conform::Tally::Counts& counts) {
    table.Add({name, std::to_string(counts.passed), std::to_string(counts.failed),
               std::to_string(counts.unsupported)});
  };
  for (const auto& [op, counts] : tally.by_operator()) row(op, counts);
  row("all cases", tally.all());
  fmt::print("\n{}", table.ToString());
  fmt::print(
      "\npassed {}, failed {}, unsupported {}; of the passed, {} with inputs bound when the plan "
      "was built\n",
      tally.all().passed, tally.all().failed, tally.all().unsupported, tally.bound());
}

Result<int> Run(const Options& options) {
  if (!options.json.empty()) ASSAY_RETURN_IF_ERROR(CheckJsonPlace(options.json));
  ASSAY_ASSIGN_OR_RETURN(const auto cases, conform::FindCases(options.folders));
  measure::CatchInterrupts();
  const bool text = options.json != "-";
  conform::Tally tally;
  report::Progress progress("cases");
  for (size_t i = 0; i < cases.size(); ++i) {
    progress.Update(static_cast<int64_t>(i), std::ssize(cases), cases[i].name);
    const auto verdict = conform::JudgeInChild(cases[i], options.timeout_s);
    if (!verdict.ok()) break;
    tally.Add(*verdict);
    if (!text || verdict->outcome == conform::Outcome::kPassed) continue;
    progress.Clear();
    PrintVerdict(cases[i], *verdict);
  }
  progress.Clear();
  if (text) PrintTotals(tally);
  if (!options.json.empty()) ASSAY_RETURN_IF_ERROR(WriteJson(options.json, tally.ToJson()));
  if (measure::Interrupted()) return kInterrupted;
  return tally.all().failed == 0 ? kFine : kWrongResults;
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("DIR", options->folders,
                 "Folders with test cases, at any depth: model.onnx and test_data_set_0/...")
      ->required();
  app.add_option("--timeout", options->timeout_s, "Seconds after which a case has failed")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--json", options->json, "Write the totals to FILE, or - for stdout")
      ->type_name("FILE|-");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command conform;
const Command conform = {"conform", "Run ONNX backend test cases and count what passes", Declare};

}  // namespace assay::cli
