#include "bench/peers/options.h"

#include <CLI/CLI.hpp>

namespace assay::peers {
namespace {

constexpr const char* kFooter = R"(
All contestants compute the same shapes from the same data in this process, in turns; their outputs
are checked before anything is timed. ratio = best peer's time / Assay's: above 1, Assay is faster.
Convolutions have a bias and ReLU fused; peers' fp32 and s32 products go without a bias.

Examples:
  bench_peers                                          the lists of bench/shapes, about 3 minutes
  bench_peers --family gemm --types f32 --filter '64'  some of them
  bench_peers --shape gemm:u8s8u8:64x64x64 --variants  one shape, every variant of Assay
  bench_peers --assert bench/shapes/bars.txt           exit code 3 where a bar is missed
  bench_peers --random gemm:500 --random conv:300 --budget 0.1
  bench_peers --cold --filter 'x1x1:'                  single calls, weights not in any cache
  ASSAY_ISA=avx2 bench_peers                           peers are capped alike
  bench_peers --threads 2                              and against Assay's own single thread

Exit codes: 0 fine; 2 usage or input; 3 a bar of --assert is missed; 11 Assay computed something
wrong; 130 interrupted.)";

std::vector<std::string> PeerNames() {
  std::vector<std::string> names;
  for (const Peer* peer : AllPeers()) names.push_back(peer->name);
  return names;
}

std::string PeerSummaries() {
  std::string text = "Peers, comma-separated (default: all of these)";
  for (const Peer* peer : AllPeers())
    text += std::string("\n") + peer->name + " - " + peer->summary;
  return text;
}

void DeclareWhat(CLI::App& app, Options& options) {
  app.add_option("--shapes", options.files,
                 "Files of shapes, MxNxK or NxHxWxC:OCxKHxKW:sS:pP:gG per line (default: gemm, "
                 "conv and depthwise of bench/shapes)")
      ->type_name("FILE");
  app.add_option("--shape", options.shapes, "A whole shape, such as gemm:f32:64x64x64, instead")
      ->type_name("SHAPE");
  app.add_option("--random", options.random, "Random shapes instead: gemm:COUNT or conv:COUNT")
      ->type_name("FAMILY:COUNT");
  app.add_option("--seed", options.race.seed, "Of random shapes and of the order of turns")
      ->capture_default_str();
  app.add_option("--types", options.types,
                 "Operand types (default: all for gemm, f32 and u8s8u8 for convolutions)")
      ->delimiter(',')
      ->check(CLI::IsMember({"f32", "u8s8s32", "u8s8u8"}));
  app.add_option("--family", options.families, "Only these families")
      ->delimiter(',')
      ->check(CLI::IsMember({"gemm", "conv", "depthwise"}));
  app.add_option("--filter", options.filter, "Only shapes in which this is found")
      ->type_name("REGEX");
  app.add_option("--peers", options.race.peers, PeerSummaries())
      ->delimiter(',')
      ->check(CLI::IsMember(PeerNames()));
}

void DeclareHow(CLI::App& app, Options& options) {
  app.add_option("--threads", options.race.threads, "Threads")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_option("--rounds", options.race.max_rounds, "Rounds at most; each times everybody twice")
      ->capture_default_str()
      ->check(CLI::Range(2, 100000));
  app.add_option("--budget", options.race.budget_s,
                 "Seconds of timing per shape; --cold goes by --rounds instead")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 3600.0));
  app.add_flag("--variants", options.race.variants, "Also every variant of Assay that can run");
  app.add_flag("--cold", options.race.cold,
               "Single calls with nothing but source and output in caches");
  app.add_option("--json", options.json, "Write Google Benchmark JSON to FILE, or - for stdout")
      ->type_name("FILE|-");
  app.add_option("--markdown", options.markdown, "Write the tables as Markdown")->type_name("FILE");
  app.add_option("--assert", options.bars,
                 "Bars that must be met, such as bench/shapes/bars.txt; for random shapes any "
                 "file: at most 5 % below 0.8")
      ->type_name("FILE");
}

}  // namespace

std::optional<int> ParseOptions(int argc, char** argv, Options& options) {
  CLI::App app("Times Assay's kernels beside other libraries', side by side in one process.",
               "bench_peers");
  app.footer(kFooter);
  DeclareWhat(app, options);
  DeclareHow(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return std::nullopt;
}

}  // namespace assay::peers
