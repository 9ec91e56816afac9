// A model with its inputs, ready to run: what `run` and `profile` share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/engine/session.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::cli {

struct ModelRunOptions {
  std::string model;
  std::vector<std::string> inputs;
  int threads = 1;
  int64_t batch = 1;
  uint64_t seed = 1;
  std::optional<int64_t> winograd_bytes;
  bool tell_inputs = true;   // Whether lines on stderr say which inputs are made.
  bool all_at_once = false;  // PlanOptions::kAllAtOnce, for who watches the steps.
};

// Declares MODEL, --input, --threads, --batch, --seed and --winograd-budget.
void AddModelRun(CLI::App& app, ModelRunOptions& options);

struct ModelRun {
  std::unique_ptr<engine::Session> session;
  std::vector<Tensor> inputs, outputs;
};

// Imports and plans the model; its inputs are those given, the others made from the seed. Error:
// the model's, or an input's that does not fit it.
Result<ModelRun> PrepareModel(const ModelRunOptions& options);

}  // namespace assay::cli
