// Placement: which values of a graph carry quantization parameters under a configuration, and
// which of them share theirs.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/quantize/config.h"
#include "harness/quantize/ranges.h"
#include "harness/quantize/topology.h"

namespace assay::quantize {

struct Placement {
  // An anchor that runs in int8, and how.
  struct Operator {
    Anchor anchor;
    Precision precision;
  };
  std::map<int, Operator> operators;  // By node index.
  // Values that exist as integers because their producer computes them so: every reader takes the
  // dequantized value. Other quantized values are quantized for their int8 readers alone.
  std::set<std::string> native;
  // Quantized value -> representative of the values it shares parameters with.
  std::map<std::string, std::string> shared;

  bool quantized(const std::string& value) const { return shared.contains(value); }
};

// Error: `config` names a node that is no anchor, or per-channel weights where there are none.
Result<Placement> Place(const Graph& graph, const QuantConfig& config);

// Parameters of every quantized value. Error: a value without a calibrated range.
Result<std::map<std::string, QuantParams>> ParamsOf(const Placement& placement,
                                                    const Ranges& ranges);

}  // namespace assay::quantize
