// Seeds of fuzz_onnx from ONNX's backend test cases: every small model as it is, and once more with
// the inputs behind the first as constants, since shapes often depend on them.
// usage: fuzz_onnx_seeds OUT DIR...
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#include <onnx/onnx_pb.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "harness/conform/test_case.h"
#include "harness/onnx/tensor_proto.h"

namespace assay::fuzz {
namespace {

namespace fs = std::filesystem;
using ::onnx::ModelProto;

constexpr size_t kMaxBytes = 2048;

void Write(const ModelProto& model, const fs::path& file) {
  const std::string bytes = model.SerializeAsString();
  if (bytes.size() <= kMaxBytes) std::ofstream(file, std::ios::binary) << bytes;
}

void BindInputs(ModelProto& model, const std::vector<Tensor>& inputs) {
  const int given = std::min(model.graph().input_size(), static_cast<int>(inputs.size()));
  for (int i = 1; i < given; ++i) {
    onnx::ToProto(inputs[static_cast<size_t>(i)], model.graph().input(i).name(),
                  *model.mutable_graph()->add_initializer());
  }
}

int WriteSeeds(const fs::path& out, const std::vector<std::string>& folders) {
  const auto cases = conform::FindCases(folders);
  if (!cases.ok()) {
    std::fprintf(stderr, "fuzz_onnx_seeds: %s\n", cases.message().c_str());
    return 2;
  }
  fs::create_directories(out);
  for (const conform::TestCase& test_case : *cases) {
    ModelProto model;
    std::ifstream stream(test_case.model(), std::ios::binary);
    if (!model.ParseFromIstream(&stream)) continue;
    Write(model, out / (test_case.name + ".onnx"));
    const auto sets = conform::ReadDataSets(test_case);
    if (!sets.ok() || sets->front().inputs.size() < 2) continue;
    BindInputs(model, sets->front().inputs);
    Write(model, out / (test_case.name + "_bound.onnx"));
  }
  return 0;
}

}  // namespace
}  // namespace assay::fuzz

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: fuzz_onnx_seeds OUT DIR...\n");
    return 2;
  }
  return assay::fuzz::WriteSeeds(argv[1], {argv + 2, argv + argc});
}
