#include "bench/peers/problems.h"

#include <algorithm>
#include <regex>

#include "bench/common/shapes.h"
#include "bench/peers/sweep.h"

namespace assay::peers {
namespace {

using catalog::Problem;

constexpr ComputeType kAllTypes[] = {ComputeType::kF32, ComputeType::kU8S8S32,
                                     ComputeType::kU8S8U8};

// Those asked for; else all for products, and without s32 for convolutions, which networks do not
// ask for and no bar is on.
std::vector<ComputeType> Types(const Options& options, bool product) {
  std::vector<ComputeType> types;
  for (const ComputeType type : kAllTypes) {
    const bool asked =
        std::find(options.types.begin(), options.types.end(), Name(type)) != options.types.end();
    const bool usual = product || type != ComputeType::kU8S8S32;
    if (options.types.empty() ? usual : asked) types.push_back(type);
  }
  return types;
}

// Every line of a file in every type. Products have no colon.
Status AddFile(const std::string& file, const Options& options, std::vector<Problem>& problems) {
  ASSAY_ASSIGN_OR_RETURN(const auto lines, bench::ReadShapes(file));
  for (const std::string& line : lines) {
    const bool product = line.find(':') == std::string::npos;
    for (const ComputeType type : Types(options, product)) {
      const std::string shape =
          std::string(product ? "gemm:" : "conv:") + std::string(Name(type)) + ":" + line;
      const auto problem = catalog::ParseShape(shape);
      if (!problem.ok()) return Error(file + ": " + problem.message());
      problems.push_back(*problem);
    }
  }
  return {};
}

Status AddListed(const Options& options, std::vector<Problem>& problems) {
  for (const std::string& shape : options.shapes) {
    ASSAY_ASSIGN_OR_RETURN(const Problem problem, catalog::ParseShape(shape));
    problems.push_back(problem);
  }
  std::vector<std::string> files = options.files;
  if (files.empty() && options.shapes.empty()) {
    files = {ASSAY_SHAPES "/gemm.txt", ASSAY_SHAPES "/conv.txt", ASSAY_SHAPES "/depthwise.txt"};
  }
  for (const std::string& file : files) {
    ASSAY_RETURN_IF_ERROR(AddFile(file, options, problems));
  }
  return {};
}

Status AddRandom(const Options& options, std::vector<Problem>& problems) {
  for (const std::string& request : options.random) {
    const auto types = Types(options, request.rfind("gemm", 0) == 0);
    ASSAY_ASSIGN_OR_RETURN(const auto random, RandomProblems(request, options.race.seed, types));
    problems.insert(problems.end(), random.begin(), random.end());
  }
  return {};
}

bool OfFamily(const Problem& problem, const Options& options) {
  return options.families.empty() ||
         std::find(options.families.begin(), options.families.end(),
                   catalog::Name(problem.family)) != options.families.end();
}

}  // namespace

Result<std::vector<Problem>> Problems(const Options& options) {
  std::vector<Problem> problems;
  ASSAY_RETURN_IF_ERROR(options.random.empty() ? AddListed(options, problems)
                                               : AddRandom(options, problems));
  std::regex filter;
  try {
    filter = std::regex(options.filter);
  } catch (const std::regex_error&) {
    return Error("--filter '" + options.filter + "' is not a regular expression");
  }
  std::erase_if(problems, [&](const Problem& problem) {
    return !OfFamily(problem, options) || !std::regex_search(problem.ToString(), filter);
  });
  if (problems.empty()) return Error("no shape is left by --family, --types and --filter");
  return problems;
}

}  // namespace assay::peers
