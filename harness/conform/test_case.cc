#include "harness/conform/test_case.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/onnx/tensor_proto.h"

namespace assay::conform {
namespace {

namespace fs = std::filesystem;

Result<std::vector<Tensor>> ReadTensors(const fs::path& folder, std::string_view stem) {
  std::vector<Tensor> tensors;
  std::error_code code;
  while (true) {
    const fs::path file = folder / fmt::format("{}_{}.pb", stem, tensors.size());
    if (!fs::exists(file, code)) return tensors;
    ASSAY_ASSIGN_OR_RETURN(auto named, onnx::ReadTensorFile(file));
    tensors.push_back(std::move(named.second));
  }
}

TestCase CaseIn(const fs::path& folder) {
  const fs::path plain = folder.has_filename() ? folder : folder.parent_path();
  return {plain.filename().string(), plain};
}

}  // namespace

Result<std::vector<TestCase>> FindCases(const std::vector<std::string>& folders) {
  std::vector<TestCase> cases;
  for (const fs::path folder : folders) {
    const size_t before = cases.size();
    std::error_code code;
    if (!fs::is_directory(folder, code)) {
      return Error(fmt::format("{}: there is no such folder", folder.string()));
    }
    if (fs::exists(folder / "model.onnx", code)) cases.push_back(CaseIn(folder));
    for (fs::recursive_directory_iterator it(folder, code), end; !code && it != end;
         it.increment(code)) {
      if (fs::exists(it->path() / "model.onnx", code)) cases.push_back(CaseIn(it->path()));
    }
    if (code) return Error(fmt::format("{}: {}", folder.string(), code.message()));
    if (cases.size() == before) {
      return Error(fmt::format(
          "{}: it holds no test case, which is a folder with model.onnx and test_data_set_0",
          folder.string()));
    }
  }
  std::ranges::sort(cases, {}, &TestCase::folder);
  return cases;
}

Result<std::vector<DataSet>> ReadDataSets(const TestCase& test_case) {
  std::vector<DataSet> sets;
  std::error_code code;
  while (true) {
    const fs::path folder = test_case.folder / fmt::format("test_data_set_{}", sets.size());
    if (!fs::is_directory(folder, code)) break;
    DataSet set;
    ASSAY_ASSIGN_OR_RETURN(set.inputs, ReadTensors(folder, "input"));
    ASSAY_ASSIGN_OR_RETURN(set.outputs, ReadTensors(folder, "output"));
    sets.push_back(std::move(set));
  }
  if (sets.empty()) return Error("there is no folder test_data_set_0");
  return sets;
}

}  // namespace assay::conform
