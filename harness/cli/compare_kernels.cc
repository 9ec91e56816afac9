#include "harness/cli/compare_kernels.h"

#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/cli/between.h"
#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/cli/kernel_shapes.h"
#include "harness/cli/plan_flags.h"
#include "harness/compare/peer_library.h"
#include "harness/compare/to_json.h"
#include "harness/compare/variants.h"
#include "harness/measure/interrupt.h"
#include "harness/measure/machine.h"
#include "harness/report/comparison.h"
#include "harness/report/terminal.h"
#include "harness/report/variants.h"

namespace assay::cli {
namespace {

using compare::VariantComparison;
using compare::VariantTimes;

nlohmann::json Record(const std::vector<VariantComparison>& comparisons,
                      const ComparisonRules& rules) {
  nlohmann::json shapes = nlohmann::json::array();
  for (const VariantComparison& comparison : comparisons) shapes.push_back(ToJson(comparison));
  return {{"schema", 1},
          {"level", rules.level},
          {"margin", rules.margin},
          {"shapes", std::move(shapes)},
          {"machine", ToJson(measure::ThisMachine())},
          {"versions", {{"assay", ASSAY_VERSION}}},
          {"unix_time", std::time(nullptr)}};
}

compare::VariantOptions VariantOptionsOf(const CompareKernelsOptions& options, int threads,
                                         const ComparisonRules& rules) {
  compare::VariantOptions variants;
  variants.names = options.variants;
  variants.kernel.threads = threads;
  if (options.winograd_bytes) variants.kernel.winograd_bytes = *options.winograd_bytes;
  variants.cold = !options.warm_only;
  variants.budget_s = options.budget_s;
  variants.level = rules.level;
  variants.margin = rules.margin;
  variants.stop = measure::Interrupted;
  return variants;
}

// The library of peers that was built beside this executable.
std::string OwnPeers() {
  std::error_code ignored;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return (executable.parent_path() / "libassay_peers.so").string();
}

Status AddPeers(const CompareKernelsOptions& options, compare::VariantOptions& variants) {
  if (!options.peers) return {};
  const std::string path = options.peers->empty() ? OwnPeers() : *options.peers;
  std::error_code ignored;
  if (options.peers->empty() && !std::filesystem::exists(path, ignored)) {
    return Error("--peers: oneDNN and OpenBLAS were not found when this was built: " + path +
                 " is not there (bench/peers/run installs them)");
  }
  ASSAY_ASSIGN_OR_RETURN(variants.peers, compare::LoadPeers(path, variants.kernel.threads));
  return {};
}

void PrintLegend(const ComparisonRules& rules) {
  fmt::print(
      "/ best other: time over that of the best of the others; the {:g} % intervals of a shape "
      "hold together\nwinner: nobody is shown to be faster by more than {:g} %; * dispatch's "
      "pick\n",
      100 * rules.level, 100 * rules.margin);
}

// What the comparisons come to: INVALID comes first.
int ExitCodeOf(const std::vector<VariantComparison>& comparisons,
               std::optional<double> most_percent) {
  int code = kFine;
  for (const VariantComparison& comparison : comparisons) {
    if (!comparison.NotCold().empty()) code = kBestEffort;
    if (!most_percent) continue;
    const VariantTimes* picked = comparison.picked();
    if (picked == nullptr) continue;
    const Estimate& ratio = picked->warm.standing.ratio_to_best_other;
    if (ratio.interval.lo <= 1 + *most_percent / 100) continue;
    fmt::print(stderr, "missed: {}: dispatch's pick {} takes {} of the best's time, above {:g} %\n",
               comparison.problem.ToString(), picked->name, report::FormatRatio(ratio),
               100 + *most_percent);
    code = kBestEffort;
  }
  return code;
}

}  // namespace

void AddCompareKernels(CLI::App& app, CompareKernelsOptions& options) {
  app.add_option("--kernels", options.shapes,
                 "Time kernel variants of these shapes against each other, live: "
                 "gemm:TYPES:MxNxK or conv:TYPES:NxHxWxC:OCxKHxKW:sS:pP:gG; TYPES is f32, u8s8s32, "
                 "u8s8u8, or u8s8: s32 for products, u8 for convolutions")
      ->type_name("SHAPE");
  app.add_option("--shapes", options.file,
                 "As --kernels, of a file: a shape a line; those without a family and types, as in "
                 "bench/shapes, in f32 and u8s8. A suite of assay gate will do, without its models")
      ->type_name("FILE");
  app.add_option("--assert-dispatch", options.most_percent,
                 "Exit code 3 where dispatch's pick is shown to be slower than another variant by "
                 "more than so many percent, warm")
      ->type_name("PERCENT")
      ->check(Between(0.0, 1000.0));
  app.add_option("--variants", options.variants,
                 "Of --kernels: these variants (assay kernels lists them), not all that can run; "
                 "one given twice is a control")
      ->type_name("NAME,...")
      ->delimiter(',');
  app.add_option("--peers", options.peers,
                 "Of --kernels: other libraries take part like variants: onednn, onednn_blocked, "
                 "onednn_winograd, openblas, libxsmm; from FILE, or those this was built with")
      ->type_name("[FILE]")
      ->expected(0, 1);
  app.add_flag("--warm", options.warm_only, "Of --kernels: no cold calls");
  app.add_option("--budget", options.budget_s,
                 "Of --kernels and --models: seconds of rounds for each shape")
      ->capture_default_str()
      ->check(Between(0.001, 3600.0));
  AddWinogradBudget(app, options.winograd_bytes);
}

Result<int> CompareKernels(const CompareKernelsOptions& options, int threads,
                           const ComparisonRules& rules, const CompareOutput& output) {
  ASSAY_ASSIGN_OR_RETURN(const auto problems, ParseProblems(options.shapes, options.file));
  compare::VariantOptions variants = VariantOptionsOf(options, threads, rules);
  ASSAY_RETURN_IF_ERROR(AddPeers(options, variants));
  measure::CatchInterrupts();
  std::vector<VariantComparison> comparisons;
  for (const catalog::Problem& problem : problems) {
    ASSAY_ASSIGN_OR_RETURN(VariantComparison comparison,
                           compare::CompareVariants(problem, variants));
    if (!comparison.wrong.empty()) {
      fmt::print(stderr, "wrong results: {}\n", comparison.wrong);
      return kWrongResults;
    }
    for (const std::string& note : comparison.left_out) fmt::print(stderr, "note: {}\n", note);
    if (comparison.interrupted) return kInterrupted;
    if (!output.silent()) {
      fmt::print("{}\n", report::VariantText(comparison, output.markdown));
      std::fflush(stdout);
    }
    comparisons.push_back(std::move(comparison));
  }
  if (!output.silent()) {
    if (comparisons.size() > 1) {
      fmt::print("{}\n", report::DispatchText(comparisons, output.markdown));
    }
    PrintLegend(rules);
  }
  if (!output.json.empty()) {
    ASSAY_RETURN_IF_ERROR(WriteJson(output.json, Record(comparisons, rules)));
  }
  return ExitCodeOf(comparisons, options.most_percent);
}

}  // namespace assay::cli
