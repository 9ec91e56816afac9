#include "bench/gate/model_case.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "harness/engine/session.h"
#include "harness/onnx/import.h"

namespace assay::gate {
namespace {

// Of the largest output: other variants, Winograd's above all, add up in another order.
constexpr double kRelativeTolerance = 5e-4;

const ModelFile& FileOf(const assay_case& self) { return *static_cast<const ModelFile*>(self.own); }

// A plan of one part, which runs the same steps whether they are watched or not.
Result<engine::Plan> PlanOf(const ModelFile& file) {
  ASSAY_ASSIGN_OR_RETURN(Graph graph, onnx::Import(file.path));
  engine::PlanOptions options;
  options.images_at_once = engine::PlanOptions::kAllAtOnce;
  return engine::Plan::Build(std::move(graph), options);
}

std::optional<assay_type> TypeOf(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return ASSAY_F32;
    case DType::kU8:
      return ASSAY_U8;
    case DType::kI8:
      return ASSAY_S8;
    case DType::kI32:
      return ASSAY_S32;
    default:
      return std::nullopt;
  }
}

// One planned model on operands of the host.
class Model {
 public:
  // Outputs lie one behind the other.
  Model(engine::Plan plan, const void* const* inputs, void* output)
      : session_(std::make_shared<const engine::Plan>(std::move(plan))) {
    for (const engine::Port& port : session_.plan().inputs()) {
      inputs_.push_back({const_cast<void*>(*inputs++), port.dtype, port.shape});
    }
    auto* place = static_cast<uint8_t*>(output);
    for (const engine::Port& port : session_.plan().outputs()) {
      outputs_.push_back({place, port.dtype, port.shape});
      place += outputs_.back().bytes();
    }
  }

  Status Run() { return session_.Run(inputs_, outputs_); }
  Status Run(FunctionRef<void(size_t step)> done) { return session_.Run(inputs_, outputs_, done); }
  const engine::StepInfo& step(int64_t i) const {
    return session_.plan().steps()[static_cast<size_t>(i)];
  }
  int64_t step_count() const { return std::ssize(session_.plan().steps()); }

 private:
  engine::Session session_;
  std::vector<TensorView> inputs_, outputs_;
};

Model& ModelOf(void* state) { return *static_cast<Model*>(state); }

void* SetUp(const assay_case* self, const void* const* inputs, void* output, char* error,
            int64_t error_bytes) {
  const auto fail = [&](const std::string& message) -> void* {
    std::snprintf(error, static_cast<size_t>(error_bytes), "%s", message.c_str());
    return nullptr;
  };
  auto plan = PlanOf(FileOf(*self));
  if (!plan.ok()) return fail(plan.message());
  auto model = std::make_unique<Model>(*std::move(plan), inputs, output);
  if (const Status ran = model->Run(); !ran.ok()) return fail(ran.message());
  return model.release();
}

// The data is that of the setup, which ran: nothing is left that could fail.
void RunModel(void* state, int64_t iterations) {
  for (int64_t i = 0; i < iterations; ++i) (void)ModelOf(state).Run();
}

void RunSteps(void* state, int64_t iterations, void (*done)(void* context, int64_t step),
              void* context) {
  const auto tell = [&](size_t step) { done(context, static_cast<int64_t>(step)); };
  for (int64_t i = 0; i < iterations; ++i) (void)ModelOf(state).Run(tell);
}

int64_t StepCount(void* state) { return ModelOf(state).step_count(); }
const char* StepName(void* state, int64_t i) { return ModelOf(state).step(i).node.c_str(); }
const char* StepVariant(void* state, int64_t i) { return ModelOf(state).step(i).variant.c_str(); }
void TearDown(void* state) { delete static_cast<Model*>(state); }

Status PlaceOperands(const engine::Plan& plan, assay_case& made) {
  if (std::ssize(plan.inputs()) > ASSAY_MAX_INPUTS) {
    return Error(fmt::format("has {} inputs, at most {} are allowed", plan.inputs().size(),
                             ASSAY_MAX_INPUTS));
  }
  for (const engine::Port& port : plan.inputs()) {
    const auto type = TypeOf(port.dtype);
    if (!type) return Error(fmt::format("input '{}' is of {}", port.name, Name(port.dtype)));
    made.inputs[made.input_count++] = {*type, port.shape.elements()};
  }
  for (const engine::Port& port : plan.outputs()) {
    const auto type = TypeOf(port.dtype);
    if (!type || port.dtype != plan.outputs()[0].dtype) {
      return Error(fmt::format("output '{}' is of {}; all must be of one of f32, u8, s8, s32",
                               port.name, Name(port.dtype)));
    }
    made.output = {*type, made.output.elements + port.shape.elements()};
  }
  return {};
}

}  // namespace

Result<assay_case> ModelCase(const ModelFile& file) {
  ASSAY_ASSIGN_OR_RETURN(const engine::Plan plan, PlanOf(file));
  assay_case made = {};
  const Status placed = PlaceOperands(plan, made);
  if (!placed.ok()) return Error(fmt::format("{}: {}", file.path, placed.message()));
  made.name = file.name.c_str();
  made.threads = 1;
  made.relative_tolerance = kRelativeTolerance;
  made.setup = SetUp;
  made.run = RunModel;
  made.teardown = TearDown;
  made.step_count = StepCount;
  made.step_name = StepName;
  made.step_variant = StepVariant;
  made.run_steps = RunSteps;
  made.own = &file;
  return made;
}

}  // namespace assay::gate
