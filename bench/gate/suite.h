// What builds are gated by, from bench/shapes/gate.txt, built in by CMake.
#pragma once

#include <string>
#include <vector>

namespace assay::gate {

struct SuiteCase {
  std::string name;  // A shape, as catalog::ParseShape reads it, or "model:NAME".
  bool quick = false;
};

std::vector<SuiteCase> Suite();

}  // namespace assay::gate
