#include "bench/gate/suite.h"

#include <sstream>
#include <string_view>

namespace assay::gate {

std::string_view SuiteText();  // Written by CMake from bench/shapes/gate.txt.

std::vector<SuiteCase> Suite() {
  std::vector<SuiteCase> cases;
  std::istringstream lines{std::string(SuiteText())};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    SuiteCase added;
    std::string suite;
    if (!(words >> added.name)) continue;
    added.quick = (words >> suite) && suite == "quick";
    cases.push_back(std::move(added));
  }
  return cases;
}

}  // namespace assay::gate
