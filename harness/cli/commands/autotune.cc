// assay autotune: which variant is the fastest here, by shape, for dispatch to follow.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "harness/cli/between.h"
#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/cli/kernel_shapes.h"
#include "harness/cli/variant_contest.h"
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
  double budget_s = 3, margin_percent = 100 * measure::kTunedMargin, level_percent = 95;
  int threads = 1, processes = 10;
  bool fresh = false;
};

void Print(const std::vector<measure::TunedShape>& shapes, const Options& options) {
  report::Table table({"shape", "dispatch's pick", "/ best other", "winner"});
  for (const measure::TunedShape& s : shapes) {
    const Estimate ratio{s.ratio, {s.lo, s.hi, options.level_percent / 100}};
    table.Add({s.shape, s.dispatch, s.lo < s.hi ? report::FormatRatio(ratio) : "alone", s.variant},
              s.variant == s.dispatch ? report::Color::kNone : report::Color::kYellow);
  }
  fmt::print("{}\ndispatch follows it with {}={}\n", table.ToString(), measure::kTunedVariable,
             report::Printable(options.output));
}

// What the file holds that will be written anew, if it is one of this machine.
std::vector<measure::TunedShape> Kept(const Options& options) {
  std::error_code ignored;
  if (options.fresh || !std::filesystem::exists(options.output, ignored)) return {};
  auto before = measure::ReadTunedShapes(options.output);
  if (before.ok()) return *std::move(before);
  fmt::print(stderr, "begun anew: {}\n", report::Printable(before.message()));
  return {};
}

std::map<std::string, std::string> Holders(std::span<const measure::TunedShape> kept, int threads) {
  std::map<std::string, std::string> holders;
  for (const measure::TunedShape& shape : kept) {
    if (shape.threads == threads) holders[shape.shape] = shape.variant;
  }
  return holders;
}

// Beside the new winners stay those of other shapes and thread counts.
std::vector<measure::TunedShape> Joined(std::vector<measure::TunedShape> winners,
                                        std::span<const measure::TunedShape> kept) {
  std::set<TunedFor> contested;
  for (const measure::TunedShape& shape : winners) contested.insert({shape.shape, shape.threads});
  for (const measure::TunedShape& shape : kept) {
    if (!contested.contains({shape.shape, shape.threads})) winners.push_back(shape);
  }
  return winners;
}

Result<int> Run(const Options& options) {
  ASSAY_RETURN_IF_ERROR(CheckJsonPlace(options.output));
  ASSAY_ASSIGN_OR_RETURN(const auto problems, ParseProblems(options.shapes, options.file));
  if (problems.empty()) return Error("autotune: expected --kernels SHAPE or --shapes FILE");
  unsetenv(measure::kTunedVariable);  // What measures anew follows nobody: its processes neither.
  measure::CatchInterrupts();
  report::Progress progress("assay autotune");
  const std::vector<measure::TunedShape> kept = Kept(options);
  compare::ContestOptions contest{.threads = options.threads,
                                  .budget_s = options.budget_s,
                                  .processes = options.processes,
                                  .level = options.level_percent / 100,
                                  .margin = options.margin_percent / 100,
                                  .holders = Holders(kept, options.threads),
                                  .stop = measure::Interrupted,
                                  .progress = {}};
  contest.progress = [&](const std::string& what, int64_t done, int64_t most) {
    progress.Update(done, most, what);
  };
  const auto results = compare::Contest(problems, contest);
  progress.Clear();
  if (measure::Interrupted()) return kInterrupted;
  if (!results.ok()) return results.status();
  std::vector<measure::TunedShape> shapes;
  std::vector<std::string> doubtful;
  for (const compare::ContestResult& result : *results) {
    if (!result.failed.empty()) {
      fmt::print(stderr, "INVALID, no winners: {}\n", report::Printable(result.failed));
      return kBestEffort;
    }
    if (!result.wrong.empty()) {
      fmt::print(stderr, "wrong results: {}\n", result.wrong);
      return kWrongResults;
    }
    if (result.picked() != nullptr) {
      shapes.push_back(Judged(result, options.threads, contest.margin));
      if (result.Doubtful(contest.margin)) doubtful.push_back(shapes.back().shape);
    }
  }
  ASSAY_RETURN_IF_ERROR(WriteJson(
      options.output, measure::ToJson(Joined(shapes, kept), contest.margin, contest.level)));
  if (options.output != "-") Print(shapes, options);
  if (!doubtful.empty()) {
    fmt::print(stderr, "so close to the bar that --fresh may take others: {}\n",
               fmt::join(doubtful, " "));
  }
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
  app.add_flag("--fresh", options->fresh,
               "Forget all winners that FILE holds: else they stay unless they are beaten");
  app.add_option("--threads", options->threads, "Threads; the winners hold for so many alone")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_option("--margin", options->margin_percent,
                 "Dispatch's pick stays where others are faster by up to so many percent, and goes "
                 "where one is by twice as many; the bar is between")
      ->capture_default_str()
      ->check(Between(0.0, 100.0));
  app.add_option("--level", options->level_percent, "Percent of confidence of what is shown")
      ->capture_default_str()
      ->check(Between(50.0, 99.99));
  app.add_option(
         "--processes", options->processes,
         "Fresh processes that decide, each one observation; of shapes that are open then up to "
         "eight times as many")
      ->capture_default_str()
      ->check(CLI::Range(2, 1000));
  app.add_option("--budget", options->budget_s,
                 "Seconds of rounds for each shape, all processes together, up to the first look")
      ->capture_default_str()
      ->check(Between(0.001, 3600.0));
  app.footer(
      "The winner is the variant that FILE already names, else dispatch's own pick, else the\n"
      "first in the catalog's order, unless it takes over one and a half margins more than the\n"
      "best other: processes go on until that is shown or excluded, or there are eight times as\n"
      "many as asked for. So another run gives the same winners, but for ratios so close to that\n"
      "bar that runs differ; these shapes are named. On the bar itself every rule tosses a coin, "
      "and\n"
      "only FILE remembers.\n"
      "Exit code 3: a process gave no answer.\n"
      "Every command follows a file of winners that ASSAY_TUNED names. It is refused on another\n"
      "machine, under another ASSAY_ISA, and by another version.\n"
      "Examples: assay autotune --shapes bench/shapes/gate.txt -o tuned.json\n"
      "          ASSAY_TUNED=tuned.json assay kernels --shape gemm:f32:64x64x64");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command autotune;
const Command autotune = {"autotune", "Measure which variants are the fastest here, for dispatch",
                          Declare};

}  // namespace assay::cli
