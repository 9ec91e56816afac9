#include "harness/quantize/quantizer.h"

#include <chrono>

#include "harness/quantize/equalize.h"
#include "harness/quantize/placement.h"
#include "harness/quantize/recover.h"
#include "harness/quantize/rewrite.h"

namespace assay::quantize {

Quantizer::Quantizer(Graph source, BatchSource samples, CalibrationOptions options,
                     Progress progress)
    : samples_(std::move(samples)),
      options_(std::move(options)),
      progress_(std::move(progress)),
      plain_{std::move(source)} {}

CalibrationOptions Quantizer::Options(const std::string& what) const {
  CalibrationOptions options = options_;
  options.progress = [this, what](int64_t done, int64_t total) {
    if (progress_) progress_(what, done, total);
  };
  return options;
}

Result<Quantizer::Source*> Quantizer::SourceOf(bool equalized) {
  if (!equalized) return &plain_;
  if (!equalized_) {
    const auto start = std::chrono::steady_clock::now();
    Graph graph = plain_.graph;
    ASSAY_RETURN_IF_ERROR(Equalize(graph, samples_, Options("equalization")));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    equalized_ = Source{std::move(graph), elapsed.count()};
  }
  return &*equalized_;
}

Result<const Ranges*> Quantizer::RangesBy(Source& source, const std::string& algorithm) {
  auto found = source.ranges.find(algorithm);
  if (found == source.ranges.end()) {
    CalibrationOptions options = Options("calibration");
    options.algorithm = algorithm;
    ASSAY_ASSIGN_OR_RETURN(Ranges ranges,
                           assay::quantize::Calibrate(source.graph, samples_, options));
    found = source.ranges.emplace(algorithm, std::move(ranges)).first;
  }
  return &found->second;
}

Status Quantizer::Calibrate(const std::string& algorithm) {
  return RangesBy(plain_, algorithm).status();
}

Result<Ranges> Quantizer::RangesOf(Source& source, const QuantPlan& plan) {
  ASSAY_ASSIGN_OR_RETURN(const Ranges* whole, RangesBy(source, plan.calibration));
  if (plan.calibration_of.empty()) return *whole;
  Ranges ranges = *whole;
  ASSAY_ASSIGN_OR_RETURN(const Placement placement, Place(source.graph, plan.operators));
  for (const auto& [index, op] : placement.operators) {
    const auto own = plan.calibration_of.find(source.graph.nodes[static_cast<size_t>(index)].name);
    if (own == plan.calibration_of.end()) continue;
    ASSAY_ASSIGN_OR_RETURN(const Ranges* by_own, RangesBy(source, own->second));
    for (const std::string& input : op.anchor.inputs) {
      // Values that share parameters share the algorithm, or the widest range would hide it.
      for (const auto& [value, root] : placement.shared) {
        if (root == placement.shared.at(input)) ranges[value] = by_own->at(value);
      }
    }
  }
  return ranges;
}

Result<Quantized> Quantizer::Quantize(const QuantPlan& plan) {
  QuantPlan key = plan;
  key.threads = 0;
  key.variants.clear();
  if (last_ && last_->first == key) return last_->second;
  ASSAY_ASSIGN_OR_RETURN(Source * source, SourceOf(plan.recipes.cross_layer_equalization));
  ASSAY_ASSIGN_OR_RETURN(const Ranges ranges, RangesOf(*source, plan));
  Quantized quantized;
  ASSAY_ASSIGN_OR_RETURN(
      const Recovered recovered,
      Recover(source->graph, plan.operators, ranges, plan.recipes, samples_, Options("recovery")));
  quantized.recipe_s = recovered.recipe_s;
  if (plan.recipes.cross_layer_equalization) {
    quantized.recipe_s["cross_layer_equalization"] = source->equalization_s;
  }
  ASSAY_ASSIGN_OR_RETURN(quantized.graph,
                         Rewrite(source->graph, plan.operators, ranges, recovered.constants));
  last_.emplace(std::move(key), quantized);
  return quantized;
}

}  // namespace assay::quantize
