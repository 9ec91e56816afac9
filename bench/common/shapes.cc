#include "bench/common/shapes.h"

#include <fmt/format.h>

#include <fstream>

namespace assay::bench {

Result<std::vector<std::string>> ReadShapes(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) return Error(fmt::format("{}: cannot be opened", file));
  std::vector<std::string> shapes;
  for (std::string line; std::getline(stream, line);) {
    line = line.substr(0, line.find('#'));
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (!line.empty()) shapes.push_back(line);
  }
  return shapes;
}

}  // namespace assay::bench
