// assay compare: records of benchmarks, kernel variants or models, side by side, with intervals.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "harness/cli/between.h"
#include "harness/cli/command.h"
#include "harness/cli/compare_files.h"
#include "harness/cli/compare_kernels.h"
#include "harness/cli/compare_models.h"
#include "harness/cli/json_output.h"

namespace assay::cli {
namespace {

// Within so many percent times count as the same.
constexpr double kMargin = 1, kModelMargin = 2;

struct Options {
  CompareFilesOptions files;
  CompareKernelsOptions kernels;
  CompareModelsOptions models;
  CompareOutput output;
  std::optional<double> margin_percent;
  double level_percent = 95;
  int threads = 1;
};

Result<int> Run(Options& options) {
  ASSAY_RETURN_IF_ERROR(CheckJsonPlace(options.output.json));
  const bool kernels = !options.kernels.shapes.empty() || !options.kernels.file.empty();
  const bool models = !options.models.models.empty();
  if (kernels + models + !options.files.files.empty() > 1) {
    return Error("compare: files, --kernels (or --shapes) and --models do not go together");
  }
  ComparisonRules& rules = options.files.compare.rules;
  rules.margin = options.margin_percent.value_or(models ? kModelMargin : kMargin) / 100;
  rules.level = options.level_percent / 100;
  if (kernels) {
    return CompareKernels(options.kernels, options.threads, rules, options.output);
  }
  if (models) {
    return CompareModels(options.models, options.threads, options.kernels.budget_s, rules,
                         options.output);
  }
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
  AddCompareKernels(app, options->kernels);
  AddCompareModels(app, options->models);
  app.add_option("--threads", options->threads, "Of --kernels and --models: threads")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_option("--margin", options->margin_percent,
                 "Percent within which times count as the same. Default: 1, of --models 2")
      ->check(Between(0.0, 100.0));
  app.add_option("--level", options->level_percent,
                 "Percent of confidence, of intervals and verdicts")
      ->capture_default_str()
      ->check(Between(50.0, 99.99));
  app.add_flag("--markdown", options->output.markdown, "Print Markdown");
  app.add_option("--json", options->output.json, "Write the comparison to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.footer(
      "Verdicts, of the ratio candidate / baseline: better and worse are shown to be beyond the\n"
      "margin, same is shown to be within it, unsure is everything else: too few runs, too much\n"
      "noise, or a difference right at the margin. With one run a side everything is unsure.\n"
      "Files of two machines are refused, exit code 3. A verdict is no exit code.\n"
      "Live subjects take turns in one process; kernels are checked against plain loops first, "
      "exit\n"
      "code 11 where one is wrong, and cold times that cannot be cold are exit code 3.\n"
      "Examples: assay compare before1.json,before2.json after1.json,after2.json --filter gemm\n"
      "          assay compare --kernels gemm:u8s8:256x256x256\n"
      "          assay compare --models a.onnx b.onnx");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command compare;
const Command compare = {"compare", "Compare benchmark records, kernel variants or models",
                         Declare};

}  // namespace assay::cli
