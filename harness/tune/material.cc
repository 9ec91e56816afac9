#include "harness/tune/material.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/graph/passes/fold_batch_norm.h"
#include "harness/graph/passes/remove_identity.h"
#include "harness/measure/interrupt.h"
#include "harness/tune/discrete_space.h"
#include "harness/tune/ranker.h"
#include "harness/tune/search_space.h"
#include "harness/tune/settings.h"

namespace assay::tune {

Result<std::unique_ptr<Material>> Material::Make(const TuneConfig& config, Progress progress) {
  std::unique_ptr<Material> material(new Material(config, std::move(progress)));
  ASSAY_RETURN_IF_ERROR(material->Open());
  return material;
}

Status Material::Open() {
  if (config_.model_path.empty()) {
    return Error(fmt::format("{}: model.path is missing; expected the ONNX file to tune",
                             config_.file.string()));
  }
  if (!config_.calibration) {
    return Error(
        fmt::format("{}: quantization.calibration is missing; static quantization needs "
                    "sample inputs",
                    config_.file.string()));
  }
  ASSAY_ASSIGN_OR_RETURN(baseline_, LoadModel(config_.model_path, kBaseline));
  baseline_.measured_variants = std::ranges::count(config_.variants, kMeasuredVariants) > 0;
  ASSAY_RETURN_IF_ERROR(CheckUnquantized());
  source_ = baseline_.graph;
  ASSAY_RETURN_IF_ERROR(RemoveIdentity(source_));
  ASSAY_RETURN_IF_ERROR(FoldBatchNorm(source_));
  ASSAY_ASSIGN_OR_RETURN(space_, MakeSearchSpace(source_, config_.quantization));
  space_.threads = config_.thread_counts;
  space_.variants = config_.variants;
  if (space_.ops.empty()) {
    return Error(
        fmt::format("{}: no operator can be quantized; Assay quantizes Conv, Gemm and "
                    "MatMul with constant weights",
                    config_.model_path.string()));
  }
  ASSAY_ASSIGN_OR_RETURN(auto calibration, OpenPipeline(config_.calibration->data));
  calibration_ = std::make_unique<data::Pipeline>(std::move(calibration));
  return {};
}

Status Material::CheckUnquantized() const {
  for (const Node& node : baseline_.graph.nodes) {
    if (node.op_type != "QuantizeLinear" && node.op_type != "DequantizeLinear") continue;
    return Error(
        fmt::format("{}: is quantized already (node '{}' is a {}); expected the fp32 model",
                    config_.model_path.string(), node.name, node.op_type));
  }
  return {};
}

Status Material::Fill(int64_t first, std::span<const TensorView> inputs) const {
  std::vector<int64_t> dims = calibration_->sample_shape().dims();
  dims.insert(dims.begin(), inputs.empty() || inputs[0].shape.rank() == 0 ? 0 : inputs[0].shape[0]);
  if (inputs.size() != 1 || inputs[0].shape != Shape(dims)) {
    return Error(fmt::format("{}: its input does not take the calibration images float{}",
                             config_.model_path.string(), Shape(dims).ToString()));
  }
  std::vector<int64_t> labels(static_cast<size_t>(inputs[0].shape[0]));
  return calibration_->Load(first, inputs[0], labels);
}

Status Material::Calibrate() {
  const CalibrationConfig& calibration = *config_.calibration;
  quantize::CalibrationOptions options;
  options.samples = std::min(calibration.sampling_size, calibration_->size());
  samples_ = options.samples;
  if (options.samples < calibration.sampling_size) {
    warnings_.push_back(
        fmt::format("calibration.sampling_size is {}, but the dataset has "
                    "{} samples; all are used",
                    calibration.sampling_size, options.samples));
  }
  options.batch_size = calibration.data.batch_size;
  options.threads = config_.threads;
  options.winograd_bytes = config_.winograd_bytes;
  options.stop = [this] { return !finishing_ && measure::Interrupted(); };
  // Recipes go over the samples operator by operator: they are prepared once, as far as 1 GB goes.
  constexpr int64_t kStagedBytes = int64_t{1} << 30;
  ASSAY_RETURN_IF_ERROR(calibration_->Stage(std::min(
      options.samples, kStagedBytes / std::max<int64_t>(1, calibration_->sample_bytes()))));
  fill_ = [this](int64_t first, std::span<const TensorView> inputs) { return Fill(first, inputs); };
  quantizer_ = std::make_unique<quantize::Quantizer>(source_, fill_, options, progress_);
  return quantizer_->Calibrate(space_.algorithms.front());
}

FactsOptions Material::Options() const {
  FactsOptions options;
  options.samples = std::min(options.samples, samples_);
  options.winograd_bytes = config_.winograd_bytes;
  options.progress = [this](int64_t done, int64_t total) {
    if (progress_) progress_("operators", done, total);
  };
  return options;
}

Result<ModelFacts> Material::MeasureFacts(const std::string& calibration, int threads) {
  FactsOptions options = Options();
  options.threads = threads;
  options.calibration = calibration;
  return tune::MeasureFacts(source_, space_.ops, *quantizer_, fill_, options);
}

Result<SettingsFacts> Material::MeasureSettings(const quantize::BatchSource& samples) {
  const DiscreteSpace operators(space_.ops);
  std::vector<double> errors;
  std::vector<std::map<std::string, double>> recipe_s;
  for (const quantize::QuantPlan& settings : KnownSettings(space_)) {
    const auto plan = WithSettings(operators.Config(operators.First()), settings, space_.ops);
    ASSAY_ASSIGN_OR_RETURN(const quantize::Quantized quantized, quantizer_->Quantize(plan));
    ASSAY_ASSIGN_OR_RETURN(const double error,
                           MeasureOutputError(source_, quantized.graph, samples, Options()));
    errors.push_back(error);
    recipe_s.push_back(quantized.recipe_s);
  }
  const std::vector<quantize::QuantPlan> all = AllSettings(space_);
  return SettingsFacts{ExpectedErrors(all, errors), ExpectedSeconds(all, recipe_s)};
}

Result<std::vector<measure::Profile>> Material::Profile(std::span<const Graph* const> graphs,
                                                        int threads) {
  FactsOptions options = Options();
  options.threads = threads;
  return ProfileGraphs(graphs, fill_, options);
}

Result<double> Material::OutputError(const Graph& graph) {
  return MeasureOutputError(source_, graph, fill_, Options());
}

}  // namespace assay::tune
