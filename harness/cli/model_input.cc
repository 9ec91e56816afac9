#include "harness/cli/model_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/data/npy.h"
#include "harness/onnx/tensor_proto.h"
#include "kernels/base/nearest_name.h"

namespace assay::cli {
namespace {

Result<Tensor> ReadTensor(const std::filesystem::path& file) {
  if (file.extension() == ".npy") return data::ReadNpy(file);
  if (file.extension() != ".pb") {
    return Error(fmt::format("{}: expected a .npy or .pb file", file.string()));
  }
  ASSAY_ASSIGN_OR_RETURN(auto named, onnx::ReadTensorFile(file));
  return std::move(named.second);
}

}  // namespace

Result<std::map<std::string, Tensor>> ReadInputs(const Graph& graph,
                                                 const std::vector<std::string>& arguments) {
  std::vector<std::string_view> names;
  for (const ValueInfo& input : graph.inputs) names.push_back(input.name);
  std::map<std::string, Tensor> tensors;
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    std::string name = argument.substr(0, equals == std::string::npos ? 0 : equals);
    if (equals == std::string::npos && names.size() == 1) name = names[0];
    if (name.empty()) return Error(fmt::format("--input {}: expected NAME=FILE", argument));
    if (std::ranges::find(names, name) == names.end()) {
      return Error(fmt::format("--input {}: {}", argument, UnknownName("input", name, names)));
    }
    const std::string file = equals == std::string::npos ? argument : argument.substr(equals + 1);
    ASSAY_ASSIGN_OR_RETURN(Tensor tensor, ReadTensor(file));
    if (!tensors.emplace(name, std::move(tensor)).second) {
      return Error(fmt::format("--input {}: input '{}' is given twice", argument, name));
    }
  }
  return tensors;
}

}  // namespace assay::cli
