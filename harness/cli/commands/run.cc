// assay run: one inference.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/model_run.h"
#include "harness/data/npy.h"
#include "harness/engine/tensors.h"
#include "harness/report/terminal.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  ModelRunOptions model;
  std::string output_dir;
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
    fmt::print("{}  {}{}  {}\n", report::Printable(port.name), Name(port.dtype),
               port.shape.ToString(), file.string());
  }
  return {};
}

Result<int> Run(const Options& options) {
  std::error_code code;
  fs::create_directories(options.output_dir, code);  // Before the work, which may be long.
  if (code) return Error(fmt::format("{}: {}", options.output_dir, code.message()));
  ASSAY_ASSIGN_OR_RETURN(ModelRun model, PrepareModel(options.model));
  const auto start = std::chrono::steady_clock::now();
  ASSAY_RETURN_IF_ERROR(
      model.session->Run(engine::Views(model.inputs), engine::Views(model.outputs)));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print(stderr, "one cold run took {}; `assay evaluate` measures\n",
             report::FormatSeconds(took.count()));
  ASSAY_RETURN_IF_ERROR(WriteOutputs(model.session->plan(), model.outputs, options.output_dir));
  return kFine;
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  AddModelRun(app, options->model);
  options->output_dir = ".";
  app.add_option("--output-dir", options->output_dir, "Each output goes to NAME.npy in it")
      ->capture_default_str();
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command run;
const Command run = {"run", "Run a model once and write its outputs", Declare};

}  // namespace assay::cli
