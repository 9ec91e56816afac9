// Recover: constants of int8 operators that lose less than rounding to the nearest would, found
// operator by operator in the order of the model, each behind those that are done already.
#pragma once

#include <map>
#include <string>

#include "harness/graph/graph.h"
#include "harness/quantize/calibrate.h"
#include "harness/quantize/config.h"
#include "harness/quantize/ranges.h"
#include "harness/quantize/recipes.h"
#include "harness/quantize/weights.h"
#include "kernels/base/status.h"

namespace assay::quantize {

struct Recovered {
  std::map<std::string, Constants> constants;  // By node, for Rewrite.
  std::map<std::string, double> recipe_s;      // What each recipe took, those applied alone.
};

// Constants of every int8 operator with weights; none without a recipe that is about them.
//  - weight_clipping: scales of the least squared error of the weights (weights.h);
//  - adaptive_rounding: codes of the least error of the output on the samples (rounding.h);
//  - bias_correction: E[W x - W^ x^] is added to the bias, channel by channel, x and x^ being the
//    inputs in the fp32 and in the int8 model: empirical bias correction of Nagel et al.,
//    "Data-Free Quantization Through Weight Equalization and Bias Correction" (arXiv:1906.04721,
//    section 4.2 and appendix D).
// Running the samples through both models is counted to adaptive_rounding where that is on, else to
// bias_correction; without these two no sample is run. The result does not depend on the batch
// size, but for the order of sums. Error: as Rewrite; the graph cannot be planned, or what `source`
// says.
Result<Recovered> Recover(const Graph& graph, const QuantConfig& config, const Ranges& ranges,
                          const Recipes& recipes, const BatchSource& source,
                          const CalibrationOptions& options);

}  // namespace assay::quantize
