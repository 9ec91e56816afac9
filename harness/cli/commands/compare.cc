// assay compare: records of benchmarks, side by side, with intervals and verdicts.
#include <fmt/format.h>

#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/compare_files.h"
#include "harness/cli/json_output.h"

namespace assay::cli {
namespace {

struct Options {
  CompareFilesOptions files;
  CompareOutput output;
  double margin_percent = 1, level_percent = 95;
};

Result<int> Run(Options& options) {
  ASSAY_RETURN_IF_ERROR(CheckJsonPlace(options.output.json));
  ComparisonRules& rules = options.files.compare.rules;
  rules.margin = options.margin_percent / 100;
  rules.level = options.level_percent / 100;
  if (options.files.files.size() < 2) {
    return Error("compare: expected a baseline and at least one candidate, such as A.json B.json");
  }
  return CompareFiles(options.files, options.output);
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->files.files,
                 "Google Benchmark's JSON: the baseline, then what is compared with it. "
                 "A.json,B.json: two processes of one side");
  AddCompareFiles(app, options->files);
  app.add_option("--margin", options->margin_percent,
                 "Percent within which times count as the same")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--level", options->level_percent,
                 "Percent of confidence, of intervals and verdicts")
      ->capture_default_str()
      ->check(CLI::Range(50.0, 99.99));
  app.add_flag("--markdown", options->output.markdown, "Print Markdown");
  app.add_option("--json", options->output.json, "Write the comparison to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.footer(
      "Verdicts, of the ratio candidate / baseline: better and worse are shown to be beyond the\n"
      "margin, same is shown to be within it, unsure is everything else: too few runs, too much\n"
      "noise, or a difference right at the margin. With one run a side everything is unsure.\n"
      "Files of two machines are refused, exit code 3. A verdict is no exit code.\n"
      "Example: assay compare before1.json,before2.json after1.json,after2.json --filter gemm");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command compare;
const Command compare = {"compare", "Compare benchmark records, with intervals and verdicts",
                         Declare};

}  // namespace assay::cli
