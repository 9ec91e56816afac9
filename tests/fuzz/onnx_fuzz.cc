// ONNX models, from the file to one run: import, plan, session.
#include <algorithm>
#include <memory>
#include <string>

#include "harness/engine/program.h"
#include "harness/engine/session.h"
#include "harness/engine/tensors.h"
#include "harness/onnx/import.h"
#include "tests/fuzz/fuzz_folder.h"
#include "tests/fuzz/onnx_mutator.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace assay::fuzz {
namespace {

using ::onnx::ModelProto;

constexpr int64_t kMaxBytes = 4 << 20;  // Of a plan: a refusal beyond it must come in time.
constexpr int64_t kMaxConstantBytes = 1 << 20;
constexpr double kMaxWork = 1 << 20;  // Of a run: more is slow, and no different.

// Beside the model, for external data.
const FuzzFolder& Folder() {
  static const FuzzFolder folder;
  static const auto weights = folder.Write("weights.bin", std::vector<uint8_t>(4096, 0x3f));
  return folder;
}

double WorkOf(const engine::Plan& plan) {
  auto work = static_cast<double>(plan.macs());
  for (const engine::Step& step : plan.program().steps) work += step.work;
  return work;
}

void Run(std::shared_ptr<const engine::Plan> plan) {
  engine::Session session(plan, 1);
  std::vector<Tensor> inputs = engine::Noise(plan->inputs(), 1);
  std::vector<Tensor> outputs = engine::Allocate(plan->outputs());
  const Status status = session.Run(engine::Views(inputs), engine::Views(outputs));
  ASSAY_CHECK(status.ok() || !status.message().empty());
}

void ImportPlanAndRun(std::span<const uint8_t> bytes) {
  const auto file = Folder().Write("model.onnx", bytes);
  const auto graph = onnx::Import(file);
  if (!graph.ok()) return CheckSentence(graph.message(), file);
  engine::PlanOptions options;
  options.max_bytes = kMaxBytes;
  options.constant_bytes = kMaxConstantBytes;
  options.fuse = bytes.size() % 4 != 0;
  auto plan = engine::Plan::Build(*graph, options);
  if (!plan.ok()) return ASSAY_CHECK(!plan.message().empty());
  if (WorkOf(*plan) <= kMaxWork) Run(std::make_shared<const engine::Plan>(*std::move(plan)));
}

size_t Store(const ModelProto& model, uint8_t* data, size_t max_size) {
  const std::string bytes = model.SerializePartialAsString();
  if (bytes.size() > max_size) return 0;
  std::ranges::copy(bytes, data);
  return bytes.size();
}

}  // namespace
}  // namespace assay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  assay::fuzz::ImportPlanAndRun({data, size});
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  using namespace assay::fuzz;  // NOLINT
  Random random(seed + 1);
  ModelProto model;
  if (random() % 32 == 0 || !model.ParseFromArray(data, static_cast<int>(size))) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  for (unsigned changes = 1 + random() % 4; changes > 0; --changes) MutateModel(model, random);
  const size_t stored = Store(model, data, max_size);
  return stored > 0 ? stored : LLVMFuzzerMutate(data, size, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t max_out_size, unsigned seed) {
  using namespace assay::fuzz;  // NOLINT
  Random random(seed + 1);
  ModelProto model, other;
  if (!model.ParseFromArray(data1, static_cast<int>(size1)) ||
      !other.ParseFromArray(data2, static_cast<int>(size2))) {
    return 0;
  }
  CrossModels(model, other, random);
  return Store(model, out, max_out_size);
}
