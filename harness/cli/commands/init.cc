// assay init: a commented configuration to start from.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "harness/cli/command.h"
#include "harness/file/write_whole.h"
#include "harness/onnx/import.h"
#include "harness/quantize/config.h"
#include "harness/report/terminal.h"

namespace assay::cli {
namespace {

struct Options {
  std::string model;
  std::string output;
};

constexpr const char* kTemplate =
    R"(# How to tune {model} with Assay. The words are those of Intel Neural Compressor 1.x.
# Relative paths are relative to this file.
#
# {inputs}
# {quantizable} of its {nodes} operators can be quantized.

model:
  name: {stem}
  framework: onnxrt_qdq
  path: {path}

quantization:
  calibration:
    sampling_size: 100            # images; take them from the training data
    dataloader:
      batch_size: 25
      dataset:
        # One of: ImageFolder, ImagenetRaw, CIFAR10, MNIST, FashionMNIST, npy
        ImagenetRaw:
          data_path: /path/to/calibration/images
          image_list: /path/to/calibration/list.txt    # lines: FILE CLASS
      transform: &preprocessing   # in this order; what your model was trained with
        Resize: {{size: {size}}}
        Rescale: {{}}               # x / 255
        Normalize: {{mean: {mean}, std: {std}}}

evaluation:
  accuracy:
    metric: {{topk: 1}}
    dataloader:
      batch_size: 25
      dataset:
        ImagenetRaw:              # labelled images that calibration does not use
          data_path: /path/to/labelled/images
          image_list: /path/to/labelled/list.txt
          # label_offset: 1       # for models with a background class 0
      transform: *preprocessing
  confirmation: {{share: 0.3}}    # of these images: on them only the winner is judged, once
  performance:
    warmup: 10
    iteration: 100                # timed rounds, fp32 and candidate interleaved
    configs: {{cores_per_instance: 1}}

tuning:
  strategy: basic               # or: mse, pareto, random, exhaustive, tpe, bayesian
  # space:
  #   threads: [1, 2]             # the int8 model is timed with each; the fastest serves
  #   variants: measured          # kernels by contests on this machine, each shape once
  accuracy_criterion:
    relative: 0.01                # may lose 1 % of the fp32 accuracy; or: absolute: 0.005
    # confidence: 0.95            # ... and that must be certain, not luck; needs many images
  multi_objectives:               # or: objective: performance
    objective: [accuracy, performance]      # also: footprint, modelsize
    higher_is_better: [True, False]
    weight: [0.8, 0.2]
  exit_policy:
    timeout: 0                    # seconds; 0: until the strategy is at its end
    max_trials: 50
  random_seed: 9527
  workspace: {{path: {stem}_workspace}}    # best.onnx, trials.jsonl and result.json;
                                # front: True adds front/trial_N.onnx of the Pareto front

# winograd_budget: 0              # bytes for transformed weights per convolution; 0: no Winograd
)";

// Height and width, and as many channels as the mean needs, of the first image input.
struct ImageInput {
  std::string size = "[224, 224]";
  int64_t channels = 3;
};

ImageInput FindImage(const Graph& graph) {
  ImageInput image;
  for (const ValueInfo& input : graph.inputs) {
    if (input.dims.size() != 4) continue;
    if (input.dims[1].known()) image.channels = input.dims[1].value;
    if (input.dims[2].known() && input.dims[3].known()) {
      image.size = fmt::format("[{}, {}]", input.dims[2].value, input.dims[3].value);
    }
    break;
  }
  return image;
}

// As the configuration says it: seen from its own folder.
std::filesystem::path ModelPath(const Options& options) {
  const std::filesystem::path model = options.model;
  if (options.output.empty() || model.is_absolute()) return model;
  std::error_code unknown;
  const auto folder = std::filesystem::absolute(options.output, unknown).parent_path();
  const auto seen = std::filesystem::proximate(model, folder, unknown);
  return unknown ? model : seen;
}

std::string Text(const Graph& graph, const std::filesystem::path& model) {
  const ImageInput image = FindImage(graph);
  std::string inputs;
  for (const ValueInfo& input : graph.inputs) {
    inputs += (inputs.empty() ? "input " : "; input ") + input.ToString();
  }
  const bool rgb = image.channels == 3;
  return fmt::format(
      kTemplate, fmt::arg("model", model.filename().string()),
      fmt::arg("inputs", report::Printable(inputs)), fmt::arg("nodes", graph.nodes.size()),
      fmt::arg("quantizable", quantize::QuantizableOps(graph).size()),
      fmt::arg("stem", model.stem().string()), fmt::arg("path", model.string()),
      fmt::arg("size", image.size), fmt::arg("mean", rgb ? "[0.485, 0.456, 0.406]" : "[0.5]"),
      fmt::arg("std", rgb ? "[0.229, 0.224, 0.225]" : "[0.5]"));
}

Result<int> Run(const Options& options) {
  ASSAY_ASSIGN_OR_RETURN(const Graph graph, onnx::Import(options.model));
  const std::string text = Text(graph, ModelPath(options));
  if (options.output.empty()) {
    fmt::print("{}", text);
    return kFine;
  }
  if (std::filesystem::exists(options.output)) {
    return Error(fmt::format("{}: already exists; it is not overwritten", options.output));
  }
  ASSAY_RETURN_IF_ERROR(WriteWhole(options.output, text));
  return kFine;
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "ONNX file")->required();
  app.add_option("-o,--output", options->output, "Write to this file instead of stdout")
      ->type_name("FILE");
  app.footer("Edit the data sets and the preprocessing, then: assay tune FILE");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command init;
const Command init = {"init", "Write a commented tuning configuration to start from", Declare};

}  // namespace assay::cli
