// bench_onnxruntime: models in Assay's engine and in ONNX Runtime (bench_onnxruntime --help).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/peers/onnxruntime/bars.h"
#include "bench/peers/onnxruntime/contest.h"
#include "bench/peers/onnxruntime/fresh.h"
#include "bench/peers/onnxruntime/report.h"
#include "harness/cli/command.h"
#include "harness/cli/plan_flags.h"
#include "harness/file/write_whole.h"
#include "harness/measure/child.h"
#include "harness/measure/machine.h"
#include "harness/report/terminal.h"

namespace assay::bench {
namespace {

constexpr const char* kFooter = R"(
Both engines get the same file and the same input, in this process, in turns; ratios are how much
better Assay is. NAME.int8.onnx is timed beside Assay's NAME.onnx too. Of several threads, idle workers
spin for a while after a run: the next in turn waits until they sleep; and all workers are kept off the
CPU of the calling thread. "alone" is in a process of its own.
"others" is what share of a CPU other processes had meanwhile: with several threads it must be little.
Memory and the time of plan building are of fresh processes: the peak of the resident set above what
it was before the file was opened.

The library comes with npm: npm install --ignore-scripts --prefix build onnxruntime-node
(build/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1). All models and both
engines by one command: bench/peers/onnxruntime/run.

Exit codes: 0 fine; 2 usage or input; 3 a bar of --assert is missed.)";

struct Options {
  std::vector<std::string> models;
  std::vector<int64_t> batches = {1};
  ContestOptions contest;
  std::vector<std::string> from;
  std::string json, markdown, bars;
};

Result<Records> Measure(const Options& options) {
  ASSAY_ASSIGN_OR_RETURN(const auto ort, Ort::Load(options.contest.library));
  const measure::Machine& machine = measure::ThisMachine();
  Records records = {.onnxruntime = ort->version(),
                     .machine = fmt::format("{}-core {}", machine.cores, machine.cpu_brand),
                     .records = {}};
  const auto total = std::ssize(options.models) * std::ssize(options.batches);
  report::Progress progress("models");
  for (const std::string& model : options.models) {
    for (const int64_t batch : options.batches) {
      progress.Update(std::ssize(records.records), total, model);
      ASSAY_ASSIGN_OR_RETURN(Record record, RunContest(ort, model, batch, options.contest));
      records.records.push_back(std::move(record));
    }
  }
  return records;
}

// "-": stdout; "": nowhere.
Status Write(const std::string& where, const std::string& text) {
  if (where.empty()) return {};
  if (where != "-") return WriteWhole(where, text);
  fmt::print("{}", text);
  return {};
}

Result<int> Run(const Options& options) {
  std::vector<ModelBar> bars;
  if (!options.bars.empty()) {
    ASSAY_ASSIGN_OR_RETURN(bars, ReadModelBars(options.bars));
  }
  auto records = options.from.empty() ? Measure(options) : ReadRecords(options.from);
  if (!records.ok()) return records.status();
  std::string terminal, markdown;
  for (const Section& section : MakeSections(records->records)) {
    terminal += ToTerminal(section);
    markdown += ToMarkdown(section);
  }
  if (options.json != "-") fmt::print("{}", terminal);
  ASSAY_RETURN_IF_ERROR(Write(options.markdown, markdown));
  ASSAY_RETURN_IF_ERROR(Write(options.json, ToJson(*records).dump(1) + "\n"));
  const auto missed = MissedBars(bars, records->records);
  for (const std::string& sentence : missed) fmt::print(stderr, "missed: {}\n", sentence);
  return missed.empty() ? cli::kFine : cli::kBestEffort;
}

void DeclareHow(CLI::App& app, Options& options) {
  app.add_option("--threads", options.contest.threads, "Thread counts")
      ->capture_default_str()
      ->delimiter(',')
      ->check(CLI::Range(1, 1024));
  app.add_option("--batch", options.batches, "Batch sizes")
      ->capture_default_str()
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.contest.rounds, "Rounds per model and batch, at most")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--min-rounds", options.contest.min_rounds, "Rounds, at least, however long")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.contest.budget_s, "Time for the rounds of a model and batch")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_flag("!--no-fresh", options.contest.fresh, "Neither memory nor plan building");
  cli::AddWinogradBudget(app, options.contest.winograd_bytes);
}

void DeclareWhere(CLI::App& app, Options& options) {
  app.add_option("--from", options.from, "Report the records of --json files instead of measuring")
      ->type_name("FILE");
  app.add_option("--json", options.json, "Write the records to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.add_option("--markdown", options.markdown, "Write the tables as Markdown")->type_name("FILE");
  app.add_option("--assert", options.bars,
                 "Bars that must be met, such as bench/shapes/bars_onnxruntime.txt")
      ->type_name("FILE");
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Compares Assay's engine with ONNX Runtime: same models, same inputs, interleaved.",
               "bench_onnxruntime");
  app.add_option("MODEL", options.models, "ONNX files, fp32 or QDQ");
  app.add_option("--library", options.contest.library, "libonnxruntime.so.1, version 1.17 or later")
      ->envname("ASSAY_ONNXRUNTIME");
  DeclareHow(app, options);
  DeclareWhere(app, options);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
    std::ranges::sort(options.contest.threads);
    if (options.models.empty() == options.from.empty()) {
      throw CLI::ValidationError("MODEL", "expected models to measure, or --from");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::kFine : cli::kUsage;
  }
  const auto code = Run(options);
  if (code.ok()) return *code;
  fmt::print(stderr, "bench_onnxruntime: {}\n", code.message());
  return cli::kUsage;
}

}  // namespace
}  // namespace assay::bench

int main(int argc, char** argv) {
  assay::bench::RegisterFresh();
  if (const auto code = assay::measure::MaybeRunChild(argc, argv)) return *code;
  return assay::bench::Main(argc, argv);
}
