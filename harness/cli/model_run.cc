#include "harness/cli/model_run.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "harness/cli/model_input.h"
#include "harness/cli/plan_flags.h"
#include "harness/engine/tensors.h"
#include "harness/onnx/import.h"
#include "harness/report/terminal.h"

namespace assay::cli {
namespace {

Result<std::vector<Tensor>> StageInputs(const engine::Plan& plan,
                                        std::map<std::string, Tensor> given,
                                        const ModelRunOptions& options) {
  std::vector<Tensor> inputs = engine::Noise(plan.inputs(), options.seed);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const engine::Port& port = plan.inputs()[i];
    const auto it = given.find(port.name);
    if (it == given.end()) {
      if (!options.tell_inputs) continue;
      fmt::print(stderr, "input {} {}{}: made from seed {}\n", report::Printable(port.name),
                 Name(port.dtype), port.shape.ToString(), options.seed);
      continue;
    }
    if (it->second.dtype() != port.dtype) {
      return Error(fmt::format("input '{}': found {}, expected {}", port.name,
                               Name(it->second.dtype()), Name(port.dtype)));
    }
    inputs[i] = std::move(it->second);
  }
  return inputs;
}

}  // namespace

void AddModelRun(CLI::App& app, ModelRunOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file")->required();
  app.add_option(
         "--input", options.inputs,
         "Tensor of an input, a NumPy or ONNX test file; inputs not given are made from --seed")
      ->type_name("NAME=FILE.npy|FILE.pb");
  app.add_option("--threads", options.threads, "Threads")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_option("--batch", options.batch, "Open batch extent of inputs that are not given")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536));
  app.add_option("--seed", options.seed, "Seed of inputs that are not given")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  AddWinogradBudget(app, options.winograd_bytes);
}

Result<ModelRun> PrepareModel(const ModelRunOptions& options) {
  ASSAY_ASSIGN_OR_RETURN(Graph graph, onnx::Import(options.model));
  ASSAY_ASSIGN_OR_RETURN(auto given, ReadInputs(graph, options.inputs));
  engine::PlanOptions plan_options;
  plan_options.threads = options.threads;
  plan_options.batch = options.batch;
  if (options.all_at_once) plan_options.images_at_once = engine::PlanOptions::kAllAtOnce;
  if (options.winograd_bytes) plan_options.winograd_bytes = *options.winograd_bytes;
  for (const auto& [name, tensor] : given) plan_options.input_shapes[name] = tensor.shape();
  auto built = engine::Plan::Build(std::move(graph), plan_options);
  if (!built.ok()) return Error(fmt::format("{}: {}", options.model, built.message()));
  ModelRun run;
  run.session = std::make_unique<engine::Session>(
      std::make_shared<const engine::Plan>(*std::move(built)), options.threads);
  const engine::Plan& plan = run.session->plan();
  ASSAY_ASSIGN_OR_RETURN(run.inputs, StageInputs(plan, std::move(given), options));
  run.outputs = engine::Allocate(plan.outputs());
  return run;
}

}  // namespace assay::cli
