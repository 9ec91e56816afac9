// assay gate: is this build slower than the one before? Decided on this machine, in one process.
#include "harness/gate/gate.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/cli/between.h"
#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/file/write_whole.h"
#include "harness/gate/bisect.h"
#include "harness/gate/file_hash.h"
#include "harness/gate/history.h"
#include "harness/gate/revision.h"
#include "harness/gate/selftest.h"
#include "harness/measure/interrupt.h"
#include "harness/report/gate.h"
#include "harness/report/gate_page.h"
#include "harness/report/history.h"
#include "harness/report/selftest.h"
#include "harness/report/shell.h"
#include "harness/report/terminal.h"

namespace assay::cli {
namespace {

struct Options {
  std::string base_library, candidate_library;
  std::string base_revision;
  std::vector<std::string> bisect;
  gate::Repository repository = {.folder = "."};
  gate::GateOptions gate;
  double limit_percent = 1, model_limit_percent = 2;
  bool suite_named = false;
  bool strict = false, markdown = false;
  std::string json, junit, sarif, html;
  std::string history, revision;  // Where runs are kept, and what the candidate is called there.
  bool selftest = false, quick = false;
  gate::SelftestOptions of_selftest;
  double selftest_seconds = 0;  // 0: by the share of alarms.
  double alarms_percent = 1;
  std::string condition = "all";
};

// Of the history on the page: the default of assay history.
constexpr double kRunsPerAlarm = 1000;

// A regular expression that is found in this name alone.
std::string Exactly(const std::string& name) {
  std::string escaped = "^";
  for (char c : name) {
    if (std::string_view("^$.*+?()[]{}|\\").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped + "$";
}

int CodeOf(const gate::GateReport& report, bool strict) {
  if (report.interrupted) return kInterrupted;
  if (report.any(gate::CaseState::kDifferent) || report.any(gate::CaseState::kDied)) {
    return kWrongResults;
  }
  if (!report.invalid.empty()) return kBestEffort;
  if (report.any(gate::CaseState::kFailed)) return kUsage;
  if (report.regressed()) return kRegression;
  return strict && report.inconclusive() ? kInconclusive : kFine;
}

Status WriteAll(const Options& options, const gate::GateReport& report,
                const report::GateContext& context) {
  if (!options.json.empty()) {
    ASSAY_RETURN_IF_ERROR(WriteJson(options.json, report::GateJson(report, context)));
  }
  if (!options.junit.empty()) {
    ASSAY_RETURN_IF_ERROR(WriteWhole(options.junit, report::GateJunit(report, context)));
  }
  if (!options.sarif.empty()) {
    ASSAY_RETURN_IF_ERROR(
        WriteWhole(options.sarif, report::GateSarif(report, context).dump(2) + "\n"));
  }
  return {};
}

// After the run is kept: it is part of the history that the page shows.
Status WritePage(const Options& o, const gate::GateReport& report,
                 const report::GateContext& context) {
  if (o.html.empty()) return {};
  nlohmann::json history;
  std::error_code ignored;
  if (!o.history.empty() && std::filesystem::exists(o.history, ignored)) {
    ASSAY_ASSIGN_OR_RETURN(const auto runs, gate::ReadHistory(o.history));
    history = report::DriftJson(gate::FindDrift(runs, kRunsPerAlarm));
  }
  return WriteWhole(o.html, report::GatePage(report::GateJson(report, context), history));
}

// "", or why these options do not go together.
std::string Contradiction(const Options& o) {
  const bool libraries = !o.base_library.empty() || !o.candidate_library.empty();
  const int ways = (libraries || o.selftest ? 1 : 0) + (o.base_revision.empty() ? 0 : 1) +
                   (o.bisect.empty() ? 0 : 1);
  if (ways != 1) {
    return "expected one of --base REV, --bisect GOOD BAD, --selftest, or --base-lib with "
           "--candidate-lib";
  }
  if ((o.selftest || !o.bisect.empty()) && !o.html.empty()) {
    return "--html is for --base or --base-lib";
  }
  if (o.selftest && !o.gate.models.empty()) return "--selftest has no --models";
  if (o.selftest && !o.history.empty()) return "--selftest has no --history";
  if (o.selftest) return o.candidate_library.empty() ? "" : "--selftest has no --candidate-lib";
  if (libraries && (o.base_library.empty() || o.candidate_library.empty())) {
    return "--base-lib and --candidate-lib belong together";
  }
  if (!o.history.empty() && !o.bisect.empty()) return "--bisect has no --history";
  if (!o.bisect.empty() && o.gate.filter.empty() && o.gate.models.empty()) {
    return "--bisect needs --case NAME, --filter or --models";
  }
  return "";
}

// What looks at a finding again, but for what names its case.
std::string Reproducing(const Options& o) {
  const std::string builds =
      o.base_revision.empty()
          ? fmt::format("--base-lib {} --candidate-lib {}", report::ShellWord(o.base_library),
                        report::ShellWord(o.candidate_library))
          : fmt::format("--base {}", report::ShellWord(o.base_revision));
  return fmt::format("assay gate {} --limit {:g} --model-limit {:g}", builds, o.limit_percent,
                     o.model_limit_percent);
}

Result<int> RunBisect(Options& options) {
  gate::BisectOptions bisect = {
      .repository = options.repository,
      .good = options.bisect[0],
      .bad = options.bisect[1],
      .gate = options.gate,
      .told = [](const std::string& line) { fmt::print(stderr, "{}\n", report::Printable(line)); }};
  if (bisect.gate.models.empty()) bisect.gate.suite = "full";
  ASSAY_ASSIGN_OR_RETURN(const gate::BisectResult found, gate::Bisect(bisect));
  if (found.interrupted) return kInterrupted;
  if (!found.undecided.empty()) {
    fmt::print("{}: {} is not judged: {}\n", found.invalid ? "INVALID" : "INCONCLUSIVE",
               options.bisect[1], report::Printable(found.undecided));
    return found.invalid ? kBestEffort : kInconclusive;
  }
  if (found.commit.empty()) {
    fmt::print("{} is not shown to be slower than {}\n", options.bisect[1], options.bisect[0]);
    return kFine;
  }
  ASSAY_ASSIGN_OR_RETURN(const std::string commit,
                         gate::Describe(options.repository, found.commit));
  fmt::print("first slower: {}\n", report::Printable(commit));
  for (const std::string& skipped : found.skipped) {
    fmt::print("or, not decided: {}\n", skipped.substr(0, 12));
  }
  return kRegression;
}

// The library of cases that was built beside this executable.
std::string OwnLibrary() {
  std::error_code ignored;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return (executable.parent_path() / "libassay_cases.so").string();
}

Result<int> RunSelftest(Options& options) {
  gate::SelftestOptions& selftest = options.of_selftest;
  selftest.gate = options.gate;
  selftest.gate.base = options.base_library.empty() ? OwnLibrary() : options.base_library;
  selftest.seconds = options.selftest_seconds;
  selftest.alarms = options.alarms_percent / 100;
  if (options.quick) {
    selftest.cases = 10;
    selftest.slowed = 3;
    if (selftest.seconds == 0) selftest.seconds = 120;
  }
  using gate::Condition;
  if (options.condition == "quiet") selftest.conditions = {Condition::kQuiet};
  if (options.condition == "busy") selftest.conditions = {Condition::kBusy};
  if (options.condition == "memory") selftest.conditions = {Condition::kMemory};
  ASSAY_ASSIGN_OR_RETURN(const gate::Selftest found, gate::RunSelftest(selftest));
  report::Certificates certificates;
  for (const auto& [condition, observed] : found.observed) {
    certificates[condition] = gate::Certify(observed, selftest.gate);
  }
  if (!options.json.empty()) {
    ASSAY_RETURN_IF_ERROR(
        WriteJson(options.json, report::SelftestJson(found, certificates, selftest.gate)));
  }
  if (options.json != "-") {
    fmt::print("{}", report::SelftestText(found, certificates, selftest.gate, options.markdown));
  }
  if (found.interrupted) return kInterrupted;
  if (!found.invalid.empty()) return kBestEffort;
  return report::SelftestProblem(certificates).empty() ? kFine : kBestEffort;
}

// The libraries of --base: of the revision and of the working tree.
Status BuildBoth(Options& options) {
  if (options.base_revision.empty()) return {};
  ASSAY_ASSIGN_OR_RETURN(options.base_library,
                         gate::BuildCases(options.repository, options.base_revision));
  ASSAY_ASSIGN_OR_RETURN(options.candidate_library,
                         gate::BuildCases(options.repository, gate::kWorkingTree));
  return {};
}

// A folder that is not there is told before the long work, not behind it.
Status CheckPlaces(const Options& o) {
  const std::pair<const char*, std::string> places[] = {{"--junit", o.junit},
                                                        {"--sarif", o.sarif},
                                                        {"--html", o.html},
                                                        {"--history", o.history},
                                                        {"--record", o.of_selftest.record}};
  for (const auto& [option, file] : places) {
    const auto folder = std::filesystem::path(file).parent_path();
    std::error_code ignored;
    if (folder.empty() || std::filesystem::is_directory(folder, ignored)) continue;
    return Error(fmt::format("{} {}: there is no folder {}", option, file, folder.string()));
  }
  return {};
}

// So is a history that cannot be read.
Status CheckHistory(const std::string& file) {
  std::error_code ignored;
  if (file.empty() || !std::filesystem::exists(file, ignored)) return {};
  return gate::ReadHistory(file).status();
}

// Of an invalid or interrupted run nothing is kept.
Status Keep(const Options& o, const gate::GateReport& report, const report::GateContext& context) {
  if (o.history.empty()) return {};
  if (report.interrupted || !report.invalid.empty()) {
    fmt::print(stderr, "{}: not appended to: the run is {}\n", o.history,
               report.interrupted ? "interrupted" : "invalid");
    return {};
  }
  const bool libraries = o.base_revision.empty();
  ASSAY_ASSIGN_OR_RETURN(const std::string base, libraries
                                                     ? gate::HashOf(o.base_library)
                                                     : gate::TreeOf(o.repository, o.base_revision));
  std::string revision = o.revision;
  if (revision.empty()) {
    ASSAY_ASSIGN_OR_RETURN(revision, libraries ? gate::HashOf(o.candidate_library)
                                               : gate::ShortName(o.repository, gate::kWorkingTree));
  }
  return gate::AppendHistory(o.history, gate::ToHistory(report, context.base, base, revision));
}

Result<int> Run(Options& options) {
  ASSAY_RETURN_IF_ERROR(CheckJsonPlace(options.json));
  ASSAY_RETURN_IF_ERROR(CheckPlaces(options));
  if (const std::string wrong = Contradiction(options); !wrong.empty()) {
    return Error("gate: " + wrong);
  }
  ASSAY_RETURN_IF_ERROR(CheckHistory(options.history));
  options.gate.rules.limit = options.limit_percent / 100;
  options.gate.model_limit = options.model_limit_percent / 100;
  if (!options.gate.models.empty() && !options.suite_named) options.gate.suite.clear();
  measure::CatchInterrupts();
  report::Progress progress("assay gate");
  options.gate.stop = [] { return measure::Interrupted(); };
  options.gate.progress = [&](const std::string& what, int done, int most) {
    progress.Update(done, most, what);
  };
  options.repository.progress = [&](const std::string& what) {
    progress.Clear();
    fmt::print(stderr, "{}\n", what);
  };
  if (!options.bisect.empty()) return RunBisect(options);
  if (options.selftest) return RunSelftest(options);
  ASSAY_RETURN_IF_ERROR(BuildBoth(options));
  options.gate.base = options.base_library;
  options.gate.candidate = options.candidate_library;
  ASSAY_ASSIGN_OR_RETURN(const gate::GateReport report, gate::RunGate(options.gate));
  progress.Clear();
  const bool revision = !options.base_revision.empty();
  const report::GateContext context = {
      .base = revision ? options.base_revision : options.base_library,
      .candidate = revision ? "working tree" : options.candidate_library,
      .command = Reproducing(options),
      .options = options.gate};
  ASSAY_RETURN_IF_ERROR(WriteAll(options, report, context));
  ASSAY_RETURN_IF_ERROR(Keep(options, report, context));
  ASSAY_RETURN_IF_ERROR(WritePage(options, report, context));
  if (options.json != "-") {
    fmt::print("{}", report::GateText(report, context, options.markdown));
  }
  return CodeOf(report, options.strict);
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--base", options->base_revision,
                 "Git revision to judge the working tree by; both are built, once per tree")
      ->type_name("REV");
  app.add_option("--bisect", options->bisect,
                 "Find the commit after GOOD, up to BAD, that made --case slower")
      ->type_name("GOOD BAD")
      ->expected(2);
  app.add_option_function<std::string>(
         "--case", [options](const std::string& name) { options->gate.filter = Exactly(name); },
         "Only the case of this name")
      ->type_name("NAME");
  app.add_option("--compiler", options->repository.compiler, "C++ compiler of --base and --bisect")
      ->capture_default_str();
  app.add_option("--base-lib", options->base_library, "Library of cases of the build before")
      ->type_name("A.so");
  app.add_option("--candidate-lib", options->candidate_library, "Library of the build to judge")
      ->type_name("B.so");
  app.add_option_function<std::string>(
         "--suite",
         [options](const std::string& suite) {
           options->gate.suite = suite;
           options->suite_named = true;
         },
         "quick, full, or a file of case names. Default: quick, without --models")
      ->type_name("SUITE");
  app.add_option("--models", options->gate.models,
                 "Judge by these ONNX models, which the libraries make cases of; not by the suite, "
                 "unless it is named")
      ->type_name("FILE...");
  app.add_option("--filter", options->gate.filter, "Only cases in which this is found")
      ->type_name("REGEX");
  app.add_option("--limit", options->limit_percent, "Percent of slowdown that is tolerated")
      ->capture_default_str()
      ->check(Between(0.0, 100.0));
  app.add_option("--model-limit", options->model_limit_percent,
                 "The same, of whole models: of what is made of steps")
      ->capture_default_str()
      ->check(Between(0.0, 100.0));
  app.add_option("--timeout", options->gate.job_limit_s,
                 "Seconds that a case may take in one process, from setting up to its last round: "
                 "then it is killed, and has died. The others are judged")
      ->capture_default_str()
      ->check(Between(1.0, 86400.0));
  app.add_option("--seed", options->gate.seed, "Of the order of cases and turns")
      ->capture_default_str();
  app.add_flag("--strict", options->strict, "Exit code 12 where a case stays inconclusive");
  app.add_flag("--markdown", options->markdown, "Print Markdown");
  app.add_option("--json", options->json, "Write everything to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.add_option("--junit", options->junit, "Write JUnit's XML")->type_name("FILE");
  app.add_option("--sarif", options->sarif, "Write SARIF 2.1.0")->type_name("FILE");
  app.add_option("--html", options->html,
                 "Write one page of HTML that needs no network: the verdict, ratios by case and, "
                 "with --history, over the runs")
      ->type_name("FILE");
  auto* history = app.add_option("--history", options->history,
                                 "Append the ratios of this run to FILE, for assay history")
                      ->type_name("FILE");
  app.add_option("--revision", options->revision,
                 "What the history calls the candidate. Default: HEAD's commit, or the library's "
                 "hash")
      ->needs(history)
      ->type_name("NAME");
  auto* selftest = app.add_flag("--selftest", options->selftest,
                                "What the gate can tell here: alarms, power and coverage, quiet "
                                "and disturbed; of --base-lib, "
                                "or of the project's own cases");
  app.add_flag("--quick", options->quick,
               "A selftest of ten cases in two minutes: what can be found, not how rare alarms are")
      ->needs(selftest);
  app.add_option("--seconds", options->selftest_seconds,
                 "That the selftest takes, shared among the conditions. Default: by --alarms")
      ->needs(selftest)
      ->check(Between(1.0, 1e6));
  app.add_option("--alarms", options->alarms_percent,
                 "Each condition goes on until it shows that identical builds are called slower in "
                 "less than so many percent, or had 20 minutes. 1 takes 3 to 7 minutes on two CPUs "
                 "that nobody else uses")
      ->needs(selftest)
      ->capture_default_str()
      ->check(Between(0.01, 99.0));
  app.add_option("--condition", options->condition, "Of the selftest")
      ->needs(selftest)
      ->check(CLI::IsMember({"all", "quiet", "busy", "memory"}))
      ->capture_default_str();
  app.add_option("--record", options->of_selftest.record,
                 "Continue the selftest that FILE holds, and write it")
      ->needs(selftest)
      ->type_name("FILE");
  app.footer(
      "Both builds take turns in one process, in 5 to 20 fresh processes, until each case is\n"
      "decided: ok (the slowdown is shown to be within the limit), improved, regressed (confirmed\n"
      "by 10 to 20 more processes), layout only (regressed, but the libraries are the same machine "
      "code\n"
      "and data but for where functions lie: never blocks), or inconclusive. Two controls run "
      "along: a copy of the base, and "
      "the\n"
      "copy with 3 % more work; where they do not come out, the run is invalid.\n"
      "A library exports the cases of harness/gate/registry.h; any project's kernels can be "
      "gated.\n"
      "Exit codes: 0 nothing is shown to be slower; 2 usage, or a library, revision, case or file\n"
      "that is not as it must be; 3 invalid: the machine does not allow a conclusion, or could "
      "not\n"
      "start a process; 10 regressed; 11 outputs differ, or a case crashes or hangs; 12\n"
      "inconclusive, with --strict; 130 interrupted. 11 goes before 3, 3 before 2, 2 before 10.\n"
      "Examples:\n"
      "  assay gate --base HEAD~1                       the working tree against a commit\n"
      "  assay gate --base v1.2 --suite full --junit gate.xml\n"
      "  assay gate --bisect v1.2 HEAD --case gemm:f32:64x64x64\n"
      "  assay gate --base-lib old.so --candidate-lib new.so\n"
      "  assay gate --selftest --quick                  what can be found on this machine");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command gate;
const Command gate = {"gate", "Judge a build by the one before: is anything slower?", Declare};

}  // namespace assay::cli
