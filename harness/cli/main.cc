// assay: the command line.
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <system_error>

#include "harness/cli/command.h"
#include "harness/compare/contest.h"
#include "harness/conform/judge.h"
#include "harness/gate/duet.h"
#include "harness/measure/child.h"
#include "harness/measure/tuned.h"
#include "harness/report/terminal.h"
#include "harness/tune/evaluator.h"
#include "kernels/base/nearest_name.h"

namespace assay::cli {
namespace {

constexpr const char* kFooter = R"(
Start here:
  assay init MODEL.onnx > tune.yaml      a commented configuration for your model
  assay tune tune.yaml                   writes best.onnx, trials.jsonl and result.json
  assay evaluate A.onnx B.onnx --config tune.yaml

Exit codes: 0 fine; 1 internal error; 2 usage, configuration or input; 3 best effort only, or an
invalid measurement (the machine is busy, or another one, or starts no process); 4 no gain; 10
confirmed regression; 11 wrong results; 12 inconclusive; 130 interrupted, what was written is whole.
ASSAY_ISA=scalar|avx2|avxvnni|avx512|avx512vbmi|avx512vnni caps the instruction sets that are used;
ASSAY_TUNED=FILE names the kernel variants to use, as assay autotune found them.)";

int Fail(const std::string& message, int code) {
  fmt::print(stderr, "{} {}\n", report::Paint("assay:", report::Color::kRed, stderr),
             report::Printable(message));
  return code;
}

// `code`, once all that was printed has reached its place.
int Flushed(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  return Fail(fmt::format("standard output cannot be written: {}", std::strerror(errno)), kUsage);
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Measures neural-network inference on x86 CPUs and tunes its quantization by objectives.",
      "assay");
  app.set_version_flag("--version", ASSAY_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  std::function<Result<int>()> action;
  for (const Command* command : AllCommands()) {
    CLI::App* sub = app.add_subcommand(command->name, command->summary);
    sub->callback([&action, run = command->declare(*sub)] { action = run; });
  }
  if (argc > 1 && argv[1][0] != '-') {
    const auto known = FindEntry("command", argv[1], AllCommands());
    if (!known.ok()) return Fail(known.message(), kUsage);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kFine : kUsage;
  }
  const Result<int> code = action();
  return code.ok() ? Flushed(*code) : Fail(code.message(), kUsage);
}

}  // namespace
}  // namespace assay::cli

int main(int argc, char** argv) {
  // What measures anew follows nobody.
  if (argc < 2 || std::strcmp(argv[1], "autotune") != 0) {
    const assay::Status tuned = assay::measure::UseTunedOfEnvironment();
    if (!tuned.ok()) return assay::cli::Fail(tuned.message(), assay::cli::kUsage);
  }
  assay::tune::RegisterModelFootprint();
  assay::conform::RegisterJudge();
  assay::gate::RegisterDuet();
  assay::compare::RegisterContest();
  if (const auto code = assay::measure::MaybeRunChild(argc, argv)) return *code;
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // A limit is an error of the write, as a full disk is.
  try {
    return assay::cli::Main(argc, argv);
  } catch (const std::bad_alloc&) {
    return assay::cli::Fail("not enough memory for this input", assay::cli::kUsage);
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) == 0) return assay::cli::Fail(error.what(), assay::cli::kInternalError);
    return assay::cli::Flushed(assay::cli::kFine);
  } catch (const std::exception& error) {
    return assay::cli::Fail(error.what(), assay::cli::kInternalError);
  }
}
