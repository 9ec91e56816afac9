#include "harness/cli/kernel_shapes.h"

#include <fmt/format.h>

#include <sstream>
#include <utility>

#include "harness/data/file.h"

namespace assay::cli {
namespace {

bool HasFamily(const std::string& line) {
  return line.starts_with("gemm:") || line.starts_with("conv:");
}

// The shapes that a line asks for. Products have no colon.
std::vector<std::string> Expand(const std::string& line) {
  if (HasFamily(line)) return {line};
  const std::string family = line.find(':') == std::string::npos ? "gemm:" : "conv:";
  return {family + "f32:" + line, family + "u8s8:" + line};
}

Result<std::vector<std::string>> ReadLines(const std::string& file) {
  ASSAY_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, data::ReadFile(file));
  std::istringstream text(std::string(bytes.begin(), bytes.end()));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string shape, mark;
    if (!(words >> shape) || shape.starts_with("model:")) continue;
    if (words >> mark && mark != "quick") {
      return Error(
          fmt::format("{}: '{}' behind {}: expected nothing, or 'quick'", file, mark, shape));
    }
    lines.push_back(shape);
  }
  return lines;
}

}  // namespace

Result<catalog::Problem> ParseProblem(const std::string& shape) {
  constexpr std::pair<std::string_view, std::string_view> kShort[] = {
      {"gemm:u8s8:", "gemm:u8s8s32:"}, {"conv:u8s8:", "conv:u8s8u8:"}};
  for (const auto& [from, to] : kShort) {
    if (shape.starts_with(from)) {
      return catalog::ParseShape(std::string(to) + shape.substr(from.size()));
    }
  }
  return catalog::ParseShape(shape);
}

Result<std::vector<catalog::Problem>> ParseProblems(const std::vector<std::string>& shapes,
                                                    const std::string& file) {
  std::vector<catalog::Problem> problems;
  for (const std::string& shape : shapes) {
    ASSAY_ASSIGN_OR_RETURN(const catalog::Problem problem, ParseProblem(shape));
    problems.push_back(problem);
  }
  if (file.empty()) return problems;
  ASSAY_ASSIGN_OR_RETURN(const std::vector<std::string> lines, ReadLines(file));
  for (const std::string& line : lines) {
    for (const std::string& shape : Expand(line)) {
      const auto problem = ParseProblem(shape);
      if (!problem.ok()) return Error(fmt::format("{}: {}", file, problem.message()));
      problems.push_back(*problem);
    }
  }
  if (problems.empty()) return Error(fmt::format("{}: it has no shape", file));
  return problems;
}

}  // namespace assay::cli
