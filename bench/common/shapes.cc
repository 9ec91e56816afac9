#include "bench/common/shapes.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace assay::bench {

std::vector<std::string> ParseShapes(std::string_view text) {
  std::vector<std::string> shapes;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) {
    line = line.substr(0, line.find('#'));
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (!line.empty()) shapes.push_back(line);
  }
  return shapes;
}

Result<std::vector<std::string>> ReadShapes(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) return Error(fmt::format("{}: cannot be opened", file));
  std::ostringstream text;
  text << stream.rdbuf();
  return ParseShapes(text.str());
}

}  // namespace assay::bench
