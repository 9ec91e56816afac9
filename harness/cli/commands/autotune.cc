// assay autotune: which variant is the fastest here, by shape, for dispatch to follow.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/cli/kernel_shapes.h"
#include "harness/compare/contest.h"
#include "harness/measure/interrupt.h"
#include "harness/measure/tuned.h"
#include "harness/report/comparison.h"
#include "harness/report/terminal.h"

namespace assay::cli {
namespace {

struct Options {
  std::vector<std::string> shapes;
  std::string file, output;
  double budget_s = 3, margin_percent = 2, level_percent = 99;
  int threads = 1;
};

compare::VariantOptions VariantOptionsOf(const Options& options) {
  compare::VariantOptions variants;
  variants.kernel.threads = options.threads;
  variants.cold = false;
  variants.budget_s = options.budget_s;
  variants.margin = options.margin_percent / 100;
  variants.level = options.level_percent / 100;
  variants.stop = measure::Interrupted;
  return variants;
}

measure::TunedShape Judged(const compare::VariantComparison& comparison) {
  const compare::VariantTimes& picked = *comparison.picked();
  const Estimate& ratio = picked.warm.standing.ratio_to_best_other;
  measure::TunedShape shape{.shape = comparison.problem.ToString(),
                            .variant = comparison.Winner()->name,
                            .dispatch = picked.name};
  if (comparison.variants.size() > 1) {
    shape.ratio = ratio.value;
    shape.lo = ratio.interval.lo;
    shape.hi = ratio.interval.hi;
  }
  return shape;
}

Result<int> Run(const Options& options) {
  ASSAY_RETURN_IF_ERROR(CheckJsonPlace(options.output));
  ASSAY_ASSIGN_OR_RETURN(const auto problems, ParseProblems(options.shapes, options.file));
  if (problems.empty()) return Error("autotune: expected --kernels SHAPE or --shapes FILE");
  measure::CatchInterrupts();
  report::Progress progress("assay autotune");
  report::Table table({"shape", "dispatch's pick", "/ best other", "winner"});
  std::vector<measure::TunedShape> shapes;
  for (const catalog::Problem& problem : problems) {
    progress.Update(std::ssize(shapes), std::ssize(problems), problem.ToString());
    ASSAY_ASSIGN_OR_RETURN(const compare::VariantComparison comparison,
                           compare::Contest(problem, VariantOptionsOf(options)));
    if (!comparison.wrong.empty()) {
      fmt::print(stderr, "wrong results: {}\n", comparison.wrong);
      return kWrongResults;
    }
    if (comparison.interrupted) return kInterrupted;
    if (comparison.picked() == nullptr) continue;  // Dispatch leaves it to plain loops.
    shapes.push_back(Judged(comparison));
    const measure::TunedShape& s = shapes.back();
    const Estimate ratio{s.ratio, {s.lo, s.hi, options.level_percent / 100}};
    table.Add({s.shape, s.dispatch, report::FormatRatio(ratio), s.variant},
              s.variant == s.dispatch ? report::Color::kNone : report::Color::kYellow);
  }
  progress.Clear();
  ASSAY_RETURN_IF_ERROR(WriteJson(
      options.output, measure::ToJson(shapes, options.threads, options.margin_percent / 100,
                                      options.level_percent / 100)));
  if (options.output == "-") return kFine;
  fmt::print("{}\ndispatch follows it with {}={}\n", table.ToString(), measure::kTunedVariable,
             report::Printable(options.output));
  return kFine;
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--kernels", options->shapes, "Shapes, as of assay compare --kernels")
      ->type_name("SHAPE");
  app.add_option("--shapes", options->file, "A file of shapes, as of assay compare --shapes")
      ->type_name("FILE");
  app.add_option("-o,--output", options->output, "The winners, as JSON; - for stdout")
      ->required()
      ->type_name("FILE|-");
  app.add_option("--threads", options->threads, "Threads; the winners hold for so many alone")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_option("--margin", options->margin_percent,
                 "Dispatch's pick stays unless another variant is shown to be faster by more than "
                 "so many percent")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--level", options->level_percent, "Percent of confidence of what is shown")
      ->capture_default_str()
      ->check(CLI::Range(50.0, 99.99));
  app.add_option("--budget", options->budget_s, "Seconds of rounds for each shape")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 3600.0));
  app.footer(
      "Of variants that are tied within the margin the winner is dispatch's own pick or, where it\n"
      "is beaten, the first in the catalog's order, so that another run gives the same winners.\n"
      "Every command follows a file of winners that ASSAY_TUNED names. It is refused on another\n"
      "machine, under another ASSAY_ISA, and by another version.\n"
      "Examples: assay autotune --shapes bench/shapes/gemm.txt -o tuned.json\n"
      "          ASSAY_TUNED=tuned.json assay kernels --shape gemm:f32:64x64x64");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command autotune;
const Command autotune = {"autotune", "Measure which variants are the fastest here, for dispatch",
                          Declare};

}  // namespace assay::cli
