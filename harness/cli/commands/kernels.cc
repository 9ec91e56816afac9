// assay kernels: the kernel variants, what this CPU can run, what dispatch picks and why.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/cli/plan_flags.h"
#include "harness/measure/interrupt.h"
#include "harness/measure/peak.h"
#include "harness/measure/runner.h"
#include "harness/report/terminal.h"
#include "kernels/catalog.h"
#include "objectives/stats/order.h"

namespace assay::cli {
namespace {

// One of each family and type, for a look without a shape.
constexpr const char* kOverview[] = {"gemm:f32:512x512x512",
                                     "gemm:u8s8s32:512x512x512",
                                     "gemm:u8s8u8:512x512x512",
                                     "conv:f32:1x28x28x128:128x3x3:s1:p1:g1",
                                     "conv:u8s8u8:1x28x28x128:128x3x3:s1:p1:g1",
                                     "conv:f32:1x56x56x144:144x3x3:s1:p1:g144",
                                     "conv:u8s8u8:1x56x56x144:144x3x3:s1:p1:g144"};

struct Options {
  std::vector<std::string> shapes;
  std::string json;
  int threads = 1;
  bool time = false;
  std::optional<int64_t> winograd_bytes;
};

struct TimedVariant {
  VariantChoice choice;
  std::optional<double> median_s;
};

struct Answer {
  catalog::Problem problem;
  std::optional<double> peak_ops_per_s;  // Of one thread, times the threads.
  std::vector<TimedVariant> variants;

  std::optional<double> OpsPerS(const TimedVariant& variant) const {
    if (!variant.median_s) return std::nullopt;
    return 2 * static_cast<double>(problem.macs()) / *variant.median_s;
  }
  std::optional<double> Fraction(const TimedVariant& variant) const {
    const auto ops = OpsPerS(variant);
    return ops && peak_ops_per_s ? std::optional(*ops / *peak_ops_per_s) : std::nullopt;
  }
};

// Checks the available variants against the plain loops, then times them interleaved.
Status Time(Answer& answer, int threads) {
  const auto peak = measure::MeasurePeak(answer.problem.type);
  if (peak.ok()) answer.peak_ops_per_s = peak->ops_per_s * threads;
  std::vector<std::unique_ptr<catalog::Run>> runs;
  std::vector<measure::TimedSubject> subjects;
  std::vector<size_t> indices;
  for (size_t i = 0; i < answer.variants.size(); ++i) {
    if (!answer.variants[i].choice.available) continue;
    KernelOptions options;
    options.variant = answer.variants[i].choice.name;
    options.threads = threads;
    ASSAY_ASSIGN_OR_RETURN(auto run, catalog::Run::Make(answer.problem, options));
    ASSAY_RETURN_IF_ERROR(run.Verify());
    runs.push_back(std::make_unique<catalog::Run>(std::move(run)));
    subjects.push_back({options.variant, [run = runs.back().get()] { run->Once(); }});
    indices.push_back(i);
  }
  if (subjects.empty()) return {};
  measure::RunnerOptions options;
  options.min_rounds = 5;
  options.budget_s = 3;
  options.max_warmup_s = 0.2;
  options.stop = measure::Interrupted;
  const measure::Timing timing = measure::TimeInterleaved(subjects, options);
  for (size_t i = 0; i < indices.size(); ++i) {
    answer.variants[indices[i]].median_s = Median(timing.subjects[i].seconds);
  }
  return {};
}

void Print(const Answer& answer, bool time) {
  fmt::print("{}", report::Paint(answer.problem.ToString(), report::Color::kBold));
  if (answer.peak_ops_per_s) fmt::print("  peak {:.1f} Gop/s", *answer.peak_ops_per_s / 1e9);
  fmt::print("\n");
  std::vector<std::string> header = {"variant", "isa"};
  if (time) header.insert(header.end(), {"median", "Gop/s", "% of peak"});
  header.push_back("why");
  report::Table table(header);
  for (const TimedVariant& variant : answer.variants) {
    const VariantChoice& choice = variant.choice;
    const char* mark = choice.picked ? "* " : choice.available ? "  " : "- ";
    std::vector<std::string> row = {mark + choice.name, std::string(Name(choice.isa))};
    if (time && variant.median_s) {
      const auto fraction = answer.Fraction(variant);
      row.push_back(report::FormatSeconds(*variant.median_s));
      row.push_back(fmt::format("{:.1f}", *answer.OpsPerS(variant) / 1e9));
      row.push_back(fraction ? fmt::format("{:.1f}", *fraction * 100) : "-");
    } else if (time) {
      row.insert(row.end(), {"-", "-", "-"});
    }
    row.push_back(choice.reason);
    table.Add(std::move(row));
  }
  fmt::print("{}\n", table.ToString());
  std::fflush(stdout);
}

nlohmann::json OrNull(std::optional<double> value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

nlohmann::json ToJson(const Answer& answer) {
  nlohmann::json variants = nlohmann::json::array();
  for (const TimedVariant& variant : answer.variants) {
    variants.push_back({{"name", variant.choice.name},
                        {"isa", std::string(Name(variant.choice.isa))},
                        {"available", variant.choice.available},
                        {"picked", variant.choice.picked},
                        {"reason", variant.choice.reason},
                        {"median_s", OrNull(variant.median_s)},
                        {"ops_per_s", OrNull(answer.OpsPerS(variant))},
                        {"fraction_of_peak", OrNull(answer.Fraction(variant))}});
  }
  return {{"shape", answer.problem.ToString()},
          {"peak_ops_per_s", OrNull(answer.peak_ops_per_s)},
          {"variants", std::move(variants)}};
}

Result<int> Run(const Options& options) {
  measure::CatchInterrupts();
  std::vector<std::string> shapes = options.shapes;
  if (shapes.empty()) shapes.assign(std::begin(kOverview), std::end(kOverview));
  nlohmann::json answers = nlohmann::json::array();
  if (options.json != "-") {
    fmt::print("usable here: {}\n* picked by dispatch, - cannot run here\n\n",
               UsableIsas().ToString());
  }
  for (const std::string& shape : shapes) {
    ASSAY_ASSIGN_OR_RETURN(const catalog::Problem problem, catalog::ParseShape(shape));
    Answer answer{problem, std::nullopt, {}};
    KernelOptions kernel_options;
    kernel_options.threads = options.threads;
    if (options.winograd_bytes) kernel_options.winograd_bytes = *options.winograd_bytes;
    for (VariantChoice& choice : catalog::Explain(problem, kernel_options)) {
      answer.variants.push_back({std::move(choice), std::nullopt});
    }
    if (options.time) ASSAY_RETURN_IF_ERROR(Time(answer, options.threads));
    if (measure::Interrupted()) return kInterrupted;
    if (options.json != "-") Print(answer, options.time);
    answers.push_back(ToJson(answer));
  }
  if (options.json.empty()) return kFine;
  // One shape is one object, so that `... --shape S --json - | jq .variants` works.
  ASSAY_RETURN_IF_ERROR(WriteJson(options.json, answers.size() == 1 ? answers[0] : answers));
  return kFine;
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option(
         "--shape", options->shapes,
         "gemm:TYPES:MxNxK or conv:TYPES:NxHxWxC:OCxKHxKW:sS:pP:gG; TYPES is f32, u8s8s32 or "
         "u8s8u8 (requantized); depthwise where G = C = OC. Default: one of each")
      ->type_name("SHAPE");
  app.add_flag("--time", options->time, "Check the variants against plain loops, then time them");
  app.add_option("--threads", options->threads, "Threads")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  AddWinogradBudget(app, options->winograd_bytes);
  app.add_option("--json", options->json, "Write the answer to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.footer(
      "Variants are timed interleaved in one process; the peak is a register-only loop timed in "
      "the\n"
      "same process. ASSAY_ISA caps the instruction sets.\n"
      "Example: assay kernels --shape conv:u8s8u8:1x28x28x128:128x3x3:s1:p1:g1 --time");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command kernels;
const Command kernels = {"kernels", "List and time kernel variants, and say what dispatch picks",
                         Declare};

}  // namespace assay::cli
