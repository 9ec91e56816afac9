// bench_peers: Assay's kernels beside other libraries' (bench_peers --help).
#include <fmt/format.h>

#include <csignal>

#include "bench/peers/bars.h"
#include "bench/peers/environment.h"
#include "bench/peers/json.h"
#include "bench/peers/options.h"
#include "bench/peers/problems.h"
#include "bench/peers/section.h"
#include "bench/peers/sweep.h"
#include "harness/cli/command.h"
#include "harness/measure/interrupt.h"
#include "harness/report/terminal.h"
#include "harness/file/write_whole.h"

namespace assay::peers {
namespace {

int Fail(const Status& status, int code) {
  fmt::print(stderr, "bench_peers: {}\n", status.message());
  return code;
}

void PrintNotes(const std::vector<Race>& races) {
  bool saturates = false;
  for (const Race& race : races) {
    for (const std::string& note : race.notes) fmt::print(stderr, "note: {}\n", note);
    for (const Lane& lane : race.lanes) saturates = saturates || lane.saturates;
  }
  if (!saturates) return;
  fmt::print(stderr,
             "note: where ! stands behind a time, the peer's integers are wrong: without VNNI it "
             "adds pairs of products in 16 bits, which saturates\n");
}

// Error: Assay is wrong. An interrupt leaves the races that are whole.
Result<std::vector<Race>> RunAll(const std::vector<catalog::Problem>& problems,
                                 const RaceOptions& options) {
  std::vector<Race> races;
  report::Progress progress("bench_peers");
  for (size_t i = 0; i < problems.size(); ++i) {
    progress.Update(static_cast<int64_t>(i), std::ssize(problems), problems[i].ToString());
    ASSAY_ASSIGN_OR_RETURN(Race race, RunRace(problems[i], options));
    if (measure::Interrupted()) break;
    races.push_back(std::move(race));
  }
  progress.Clear();
  PrintNotes(races);
  return races;
}

// "-": stdout; "": nowhere.
Status Write(const std::string& where, const std::string& text) {
  if (where.empty()) return {};
  if (where != "-") return WriteWhole(where, text);
  fmt::print("{}", text);
  return {};
}

Status Report(const Options& options, const std::vector<Race>& races,
              const std::vector<Verdict>& verdicts) {
  std::vector<Section> sections;
  if (options.random.empty()) sections = MakeSections(verdicts);
  if (options.race.variants) {
    const auto variants = MakeVariantSections(races);
    sections.insert(sections.end(), variants.begin(), variants.end());
  }
  std::string terminal, markdown;
  for (const Section& section : sections) {
    terminal += ToTerminal(section);
    markdown += ToMarkdown(section);
  }
  if (!options.random.empty()) {
    terminal += Summarize(verdicts).text;
    markdown += "```\n" + Summarize(verdicts).text + "```\n";
  }
  if (options.json != "-") fmt::print("{}", terminal);
  ASSAY_RETURN_IF_ERROR(Write(options.markdown, markdown));
  return options.json.empty() ? Status() : Write(options.json, ToJson(races, verdicts));
}

int Assert(const Options& options, const std::vector<Bar>& bars,
           const std::vector<Verdict>& verdicts) {
  if (options.bars.empty()) return cli::kFine;
  if (!options.random.empty()) return Summarize(verdicts).passed ? cli::kFine : cli::kBestEffort;
  const auto missed = Missed(bars, verdicts);
  for (const std::string& sentence : missed) fmt::print(stderr, "missed: {}\n", sentence);
  return missed.empty() ? cli::kFine : cli::kBestEffort;
}

int Main(int argc, char** argv) {
  Options options;
  if (const auto code = ParseOptions(argc, argv, options)) return *code;
  const auto problems = Problems(options);
  if (!problems.ok()) return Fail(problems.status(), cli::kUsage);
  auto bars =
      options.bars.empty() ? Result<std::vector<Bar>>(std::vector<Bar>{}) : ReadBars(options.bars);
  if (!bars.ok()) return Fail(bars.status(), cli::kUsage);
  PrepareEnvironment(options.race.threads, argv);

  measure::CatchInterrupts();
  const auto races = RunAll(*problems, options.race);
  if (!races.ok()) return Fail(races.status(), cli::kWrongResults);
  const auto verdicts = Judge(*races);
  if (const Status status = Report(options, *races, verdicts); !status.ok()) {
    return Fail(status, cli::kUsage);
  }
  if (measure::Interrupted()) return cli::kInterrupted;
  return Assert(options, *bars, verdicts);
}

}  // namespace
}  // namespace assay::peers

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return assay::peers::Main(argc, argv);
}
