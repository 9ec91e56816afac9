// Quantizer: int8 models of one fp32 model, as plans say, with what several of them need (ranges,
// the equalized model) found once.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "harness/graph/graph.h"
#include "harness/quantize/calibrate.h"
#include "harness/quantize/config.h"
#include "harness/quantize/ranges.h"
#include "harness/quantize/weights.h"
#include "kernels/base/status.h"

namespace assay::quantize {

struct Quantized {
  Graph graph;
  std::map<std::string, double> recipe_s;  // What each recipe of the plan took.
};

class Quantizer {
 public:
  // What it is at, and steps done, of how many.
  using Progress = std::function<void(const std::string& what, int64_t done, int64_t total)>;

  // `options` says how `samples` are run; its algorithm is each plan's.
  Quantizer(Graph source, BatchSource samples, CalibrationOptions options,
            Progress progress = nullptr);

  // Finds the ranges of a plan without recipes by this algorithm, which plans then find ready.
  // Error: as quantize::Calibrate.
  Status Calibrate(const std::string& algorithm);

  // Error: as quantize::Calibrate, Equalize, Recover and Rewrite.
  Result<Quantized> Quantize(const QuantPlan& plan);

 private:
  // The model that a plan rewrites, and its ranges by algorithm.
  struct Source {
    Graph graph;
    double equalization_s = 0;
    std::map<std::string, Ranges> ranges = {};
  };

  CalibrationOptions Options(const std::string& what) const;
  Result<Source*> SourceOf(bool equalized);
  Result<const Ranges*> RangesBy(Source& source, const std::string& algorithm);
  // The plan's algorithm, and those of single operators for the values they read; of a value that
  // several read the last one's.
  Result<Ranges> RangesOf(Source& source, const QuantPlan& plan);

  BatchSource samples_;
  CalibrationOptions options_;
  Progress progress_;
  Source plain_;
  std::optional<Source> equalized_;
  std::optional<std::pair<QuantPlan, Quantized>> last_;  // A winner is often asked for again.
};

}  // namespace assay::quantize
