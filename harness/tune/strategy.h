// Strategy: proposes which configuration to try next. To add one, write strategies/<name>.cc, which
// defines a StrategyEntry named after the file.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "harness/quantize/config.h"
#include "kernels/base/status.h"

namespace assay::tune {

// What a strategy may know of a finished trial.
struct Feedback {
  quantize::QuantConfig config;
  double accuracy = 0;    // NaN when it could not be measured.
  double loss = 0;        // How much worse than the baseline; below 0 is better.
  bool feasible = false;  // Meets the criterion.
  // What the objectives other than accuracy say, against fp32's 1; less is better. NaN: not known.
  double cost = std::numeric_limits<double>::quiet_NaN();
  // Standard deviations of loss and cost by the noise of their measurement. NaN: not known.
  double loss_deviation = std::numeric_limits<double>::quiet_NaN();
  double cost_deviation = std::numeric_limits<double>::quiet_NaN();
  // What the recipes of the trial took, as ModelFacts::settings_s counts it. NaN: not known.
  double recipe_s = std::numeric_limits<double>::quiet_NaN();
};

// What was measured of one operator before the search; one entry per choice, in their order.
struct OperatorFacts {
  // Noise over signal power, with this operator alone in int8: of its own result, and of the
  // model's outputs. 0: exact. fp32 is 0.
  std::vector<double> own_error;
  std::vector<double> output_error;
  // What it saves against fp32: seconds without borders, bytes of constants. fp32 is 0.
  std::vector<double> saved_s;
  std::vector<double> saved_bytes;
};

// A value on its way from one quantizable operator to another, and what it costs to quantize or
// dequantize it where only one of the two is in int8. Indices of operators, from < to.
struct BorderFacts {
  size_t from = 0, to = 0;
  double latency_s = 0;
};

struct ModelFacts {
  std::vector<OperatorFacts> operators;  // In the order of the operators that the strategy has.
  std::vector<BorderFacts> borders;
  // By settings (settings.h): noise over signal power of the outputs with all operators at their
  // first choice, measured or expected. Empty: there is nothing to choose.
  std::vector<double> settings_error;
  // By settings: the seconds that their recipes take in every trial, measured or expected. Empty:
  // not known, and all trials cost the same.
  std::vector<double> settings_s;
  double trial_s = 0;    // What a trial takes without recipes: to evaluate a model.
  double latency_s = 0;  // Of the whole fp32 model.
  double bytes = 0;      // Of all its constants.
  // The shares of latency and size in Feedback::cost; they sum to at most 1.
  double latency_weight = 1, bytes_weight = 0;
  double loss_limit = 0;  // The Feedback::loss that the criterion allows.
};

// The same operators, facts, seed and feedback give the same sequence, without repetition.
class Strategy {
 public:
  virtual ~Strategy() = default;

  // Before the first Next, where StrategyEntry::wants_facts.
  virtual void Inform(const ModelFacts& /*facts*/) {}
  // The next configuration, or nothing when the strategy is at its end. Called after Tell of the
  // one before.
  virtual std::optional<quantize::QuantConfig> Next() = 0;
  virtual void Tell(const Feedback& feedback) = 0;
  // Which of the settings (AllSettings) the last proposal goes with, where
  // StrategyEntry::chooses_settings.
  virtual size_t settings() const { return 0; }
  // An upper bound on the trials still to come: for estimates.
  virtual int64_t remaining() const = 0;
};

struct StrategyEntry {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Strategy> (*make)(std::vector<quantize::QuantizableOp> ops, uint64_t seed);
  bool wants_facts = false;  // Measured before the search begins (operator_facts.h).
  // Whether it says with which settings, or those that lose least with its first proposal serve for
  // all (plan_search.h).
  bool chooses_settings = false;
};

// Every file of strategies/.
std::span<const StrategyEntry* const> AllStrategies();

// Error: an unknown name, with the nearest known one; or one that is planned, by name.
Result<const StrategyEntry*> FindStrategy(std::string_view name);

}  // namespace assay::tune
