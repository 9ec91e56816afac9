// What is measured of a model's operators, one by one, for strategies that ask for it
// (StrategyEntry::wants_facts) before the search begins.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "harness/graph/graph.h"
#include "harness/measure/profile.h"
#include "harness/quantize/calibrate.h"
#include "harness/quantize/config.h"
#include "harness/quantize/quantizer.h"
#include "harness/tune/strategy.h"
#include "kernels/base/status.h"

namespace assay::tune {

struct FactsOptions {
  std::string calibration = "minmax";
  int64_t samples = 8;  // On which errors are measured.
  double budget_s = 1;  // Of each of the timed models: fp32 and the uniform ones.
  int threads = 1;
  int64_t winograd_bytes = 0;
  std::function<void(int64_t done, int64_t total)> progress;  // Operators.
};

// Errors: every operator alone in each of its int8 choices, against fp32 on the same samples.
// Latency: by the steps of the fp32 model and of the models whose operators are all alike; borders
// by the steps that convert in a model whose operators alternate, by element. Bytes: of constants.
// Settings, weights and limit of the facts are the caller's. Error: the session's own, or an
// interruption.
Result<ModelFacts> MeasureFacts(const Graph& source,
                                const std::vector<quantize::QuantizableOp>& ops,
                                quantize::Quantizer& quantizer,
                                const quantize::BatchSource& samples, const FactsOptions& options);

// The steps of a graph at batch 1, on the first sample; of several graphs in turns.
Result<measure::Profile> ProfileGraph(const Graph& graph, const quantize::BatchSource& samples,
                                      const FactsOptions& options);
Result<std::vector<measure::Profile>> ProfileGraphs(std::span<const Graph* const> graphs,
                                                    const quantize::BatchSource& samples,
                                                    const FactsOptions& options);
// Noise over signal power of all float outputs of `graph` against those of `source`.
Result<double> MeasureOutputError(const Graph& source, const Graph& graph,
                                  const quantize::BatchSource& samples,
                                  const FactsOptions& options);
// Of all constants of a graph.
double ConstantBytes(const Graph& graph);

// Everything but weights and limit, to the bit: what the journal keeps, since clocks were read.
nlohmann::json ToJson(const ModelFacts& facts);
// Error: not the facts of these operators and of so many settings.
Result<ModelFacts> ParseFacts(const nlohmann::json& json,
                              const std::vector<quantize::QuantizableOp>& ops, size_t settings);

}  // namespace assay::tune
