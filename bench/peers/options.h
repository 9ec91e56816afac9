// What the command line of bench_peers asks for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/peers/race.h"

namespace assay::peers {

struct Options {
  RaceOptions race;
  std::vector<std::string> files;   // Lists of shapes.
  std::vector<std::string> shapes;  // Whole ones, types included; instead of files.
  std::vector<std::string> types;   // Empty: what each family has bars for.
  std::vector<std::string> families;
  std::vector<std::string> random;  // "gemm:500": instead of files.
  std::string filter;
  std::string json, markdown, bars;
};

// Exit code where the process shall end at once: 0 after --help, 2 after a wrong flag.
std::optional<int> ParseOptions(int argc, char** argv, Options& options);

}  // namespace assay::peers
