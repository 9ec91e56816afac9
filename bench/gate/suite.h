// The shapes that builds are gated by, from bench/shapes/gate.txt, built in by CMake.
#pragma once

#include <string>
#include <vector>

namespace assay::gate {

struct SuiteCase {
  std::string shape;  // As catalog::ParseShape reads it.
  bool quick = false;
};

std::vector<SuiteCase> Suite();

}  // namespace assay::gate
