// Material: what trials are made of: the fp32 model, ready to be rewritten; what may be decided
// about it; calibration samples; the quantizer.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/data/pipeline.h"
#include "harness/measure/profile.h"
#include "harness/quantize/calibrate.h"
#include "harness/quantize/quantizer.h"
#include "harness/tune/config.h"
#include "harness/tune/evaluator.h"
#include "harness/tune/operator_facts.h"
#include "harness/tune/settings.h"
#include "harness/tune/strategy.h"
#include "kernels/base/status.h"

namespace assay::tune {

class Material {
 public:
  using Progress = quantize::Quantizer::Progress;

  // Reads the model and opens the calibration data. `config` must outlive it. Error: one is missing
  // or wrong; the model is quantized already, or nothing in it can be.
  static Result<std::unique_ptr<Material>> Make(const TuneConfig& config, Progress progress);
  Material(const Material&) = delete;
  Material& operator=(const Material&) = delete;

  // Makes the quantizer, with the ranges of the first calibration algorithm. Error: the samples do
  // not fit the model, or the run was interrupted.
  Status Calibrate();
  // From now on models are made to their end, even where the user has interrupted the run.
  void Finish() { finishing_ = true; }
  // Of operators one by one (operator_facts.h), on the first calibration samples; timed with one
  // sample and so many threads. After Calibrate.
  Result<ModelFacts> MeasureFacts(const std::string& calibration, int threads);
  // Of fully quantized models, by AllSettings: noise over signal power of the outputs, and what
  // recipes take; of the known ones measured, of the others as it may be expected. `samples` should
  // not be those of calibration, which recipes make the best of. After Calibrate.
  Result<SettingsFacts> MeasureSettings(const quantize::BatchSource& samples);

  // The steps of graphs, timed in turns, and how much the outputs of one differ from fp32's:
  // measured like the facts.
  Result<std::vector<measure::Profile>> Profile(std::span<const Graph* const> graphs, int threads);
  Result<double> OutputError(const Graph& graph);

  const Model& baseline() const { return baseline_; }  // As it was read.
  const Graph& source() const { return source_; }      // The graph that plans rewrite.
  const quantize::SearchSpace& space() const { return space_; }
  const data::Pipeline& calibration() const { return *calibration_; }
  // Of calibration that are used, and the quantizer: after Calibrate.
  int64_t samples() const { return samples_; }
  quantize::Quantizer& quantizer() { return *quantizer_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Material(const TuneConfig& config, Progress progress)
      : config_(config), progress_(std::move(progress)) {}

  Status Open();
  FactsOptions Options() const;
  Status CheckUnquantized() const;
  Status Fill(int64_t first, std::span<const TensorView> inputs) const;

  const TuneConfig& config_;
  const Progress progress_;
  Model baseline_;
  Graph source_;
  quantize::SearchSpace space_;
  std::unique_ptr<data::Pipeline> calibration_;
  int64_t samples_ = 0;
  bool finishing_ = false;
  quantize::BatchSource fill_;
  std::unique_ptr<quantize::Quantizer> quantizer_;
  std::vector<std::string> warnings_;
};

}  // namespace assay::tune
