// TestCase: one of ONNX's backend test cases, as they lie on disk.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::conform {

// A folder with model.onnx and test_data_set_0, test_data_set_1, ...
struct TestCase {
  std::string name;  // The folder's.
  std::filesystem::path folder;

  std::filesystem::path model() const { return folder / "model.onnx"; }
};

// The tensors input_0.pb, input_1.pb, ... and output_0.pb, ... of one data set.
struct DataSet {
  std::vector<Tensor> inputs, outputs;
};

// Every case at or below `folders`, ordered by path. Error: what is no folder or holds no case.
Result<std::vector<TestCase>> FindCases(const std::vector<std::string>& folders);

// Error: a tensor that cannot be read, or no data set at all.
Result<std::vector<DataSet>> ReadDataSets(const TestCase& test_case);

}  // namespace assay::conform
