// assay run: one inference.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/model_input.h"
#include "harness/data/npy.h"
#include "harness/engine/session.h"
#include "harness/engine/tensors.h"
#include "harness/onnx/import.h"
#include "harness/report/terminal.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string model;
  std::vector<std::string> inputs;
  std::string output_dir;
  int threads = 1;
  int64_t batch = 1;
  uint64_t seed = 1;
};

// A file name for an output: what may not stand in one becomes "_".
std::string FileName(const std::string& value) {
  std::string name = value;
  for (char& c : name) {
    if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < ' ') c = '_';
  }
  return (name.empty() || name[0] == '.' ? "_" + name : name) + ".npy";
}

Status WriteOutputs(const engine::Plan& plan, const std::vector<Tensor>& outputs,
                    const fs::path& folder) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const engine::Port& port = plan.outputs()[i];
    const fs::path file = folder / FileName(port.name);
    ASSAY_RETURN_IF_ERROR(data::WriteNpy(file, outputs[i]));
    fmt::print("{}  {}{}  {}\n", port.name, Name(port.dtype), port.shape.ToString(), file.string());
  }
  return {};
}

Result<int> Run(const Options& options) {
  std::error_code code;
  fs::create_directories(options.output_dir, code);  // Before the work, which may be long.
  if (code) return Error(fmt::format("{}: {}", options.output_dir, code.message()));
  ASSAY_ASSIGN_OR_RETURN(const Graph graph, onnx::Import(options.model));
  ASSAY_ASSIGN_OR_RETURN(auto given, ReadInputs(graph, options.inputs));
  engine::PlanOptions plan_options;
  plan_options.threads = options.threads;
  plan_options.batch = options.batch;
  for (const auto& [name, tensor] : given) plan_options.input_shapes[name] = tensor.shape();
  auto built = engine::Plan::Build(graph, plan_options);
  if (!built.ok()) return Error(fmt::format("{}: {}", options.model, built.message()));
  engine::Session session(std::make_shared<const engine::Plan>(*std::move(built)), options.threads);

  std::vector<Tensor> inputs = engine::Noise(session.plan().inputs(), options.seed);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const engine::Port& port = session.plan().inputs()[i];
    const auto it = given.find(port.name);
    if (it == given.end()) {
      fmt::print(stderr, "input {} {}{}: made from seed {}\n", port.name, Name(port.dtype),
                 port.shape.ToString(), options.seed);
      continue;
    }
    if (it->second.dtype() != port.dtype) {
      return Error(fmt::format("input '{}': found {}, expected {}", port.name,
                               Name(it->second.dtype()), Name(port.dtype)));
    }
    inputs[i] = std::move(it->second);
  }
  std::vector<Tensor> outputs = engine::Allocate(session.plan().outputs());
  const auto start = std::chrono::steady_clock::now();
  ASSAY_RETURN_IF_ERROR(session.Run(engine::Views(inputs), engine::Views(outputs)));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print(stderr, "one cold run took {}; `assay evaluate` measures\n",
             report::FormatSeconds(took.count()));
  ASSAY_RETURN_IF_ERROR(WriteOutputs(session.plan(), outputs, options.output_dir));
  return kFine;
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "ONNX file")->required();
  app.add_option(
         "--input", options->inputs,
         "Tensor of an input, a NumPy or ONNX test file; inputs not given are made from --seed")
      ->type_name("NAME=FILE.npy|FILE.pb");
  options->output_dir = ".";
  app.add_option("--output-dir", options->output_dir, "Each output goes to NAME.npy in it")
      ->capture_default_str();
  app.add_option("--threads", options->threads, "Threads")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_option("--batch", options->batch, "Open batch extent of inputs that are not given")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536));
  app.add_option("--seed", options->seed, "Seed of inputs that are not given")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command run;
const Command run = {"run", "Run a model once and write its outputs", Declare};

}  // namespace assay::cli
