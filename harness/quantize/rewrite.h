// Rewrite: an fp32 graph into a QDQ graph, by a configuration and the calibrated ranges.
#pragma once

#include <map>
#include <set>
#include <string>

#include "harness/graph/graph.h"
#include "harness/quantize/config.h"
#include "harness/quantize/ranges.h"
#include "harness/quantize/weights.h"
#include "kernels/base/status.h"

namespace assay::quantize {

// The values that some configuration would quantize: what calibration has to observe.
std::set<std::string> CalibratedValues(const Graph& graph);

// Every quantized operator reads DequantizeLinear nodes (u8 activations, s8 weights, s32 bias) and
// is followed by QuantizeLinear behind its activation: the form in which ONNX Runtime and Assay's
// engine run it in integers. Values that only move (MaxPool, Reshape, ...) stay int8 on the way and
// keep their parameters; inputs of a Concat share the parameters of its result. Names of the
// graph's inputs and outputs are kept.
// An operator that is in `constants` (recover.h) has those weights and that bias; one that is not
// has its weights rounded to the nearest.
// Error: `config` names a node that cannot be quantized so, or a range is missing.
Result<Graph> Rewrite(const Graph& graph, const QuantConfig& config, const Ranges& ranges,
                      const std::map<std::string, Constants>& constants = {});

}  // namespace assay::quantize
