// Explain: what each operator of an int8 model costs and gains, and whether that adds up to what
// the whole model costs and gains.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/quantize/config.h"
#include "harness/tune/config.h"
#include "kernels/base/status.h"
#include "objectives/change.h"
#include "objectives/objective.h"

namespace assay::tune {

struct OperatorExplanation {
  std::string node, op_type;
  quantize::Precision precision = quantize::Precision::kFp32;
  // Noise over signal power with this operator alone in int8, without recipes (OperatorFacts).
  double own_error = 0, output_error = 0;
  // The plan's accuracy with this operator alone back in fp32, minus the plan's.
  std::optional<Change> restored;
  double saved_s = 0, saved_bytes = 0;  // Against fp32: its own steps; constants.
  // Of its borders between fp32 and int8: what they cost, and what they would if it alone were
  // restored.
  double border_s = 0, restored_border_s = 0;
};

// A sum over operators beside the same of the whole model. They agree where the interval, at 95 %,
// contains the sum.
struct Account {
  double sum = 0;
  Estimate whole = {};
  bool Agrees() const { return whole.interval.Contains(sum); }
};

struct Explanation {
  quantize::QuantPlan plan;
  std::vector<OperatorExplanation> operators;  // All that may be quantized, in topological order.
  ObjectiveInfo accuracy_info;
  std::optional<double> fp32_accuracy, accuracy;
  // Accuracy regained by restoring operators one by one, in sum, beside what fp32 is better by. The
  // interval is the sum's paired difference from that, by sample, laid about it. Nothing for a
  // metric that is no mean over samples.
  std::optional<Account> accuracy_account;
  // Seconds of one sample, with the threads that the plan was timed with. In the sum also what
  // conversions cost (conversion_s) and what other steps save (other_s). Runs with a clock behind
  // every step and runs without, which are the whole, take turns; the interval is that of the whole
  // by rounds, widened by clock_s: how far clocks disturb either model (the sum of its steps
  // against its whole).
  Account time;
  int threads = 1;
  double fp32_s = 0, conversion_s = 0, other_s = 0, clock_s = 0;
  double bytes_sum = 0, bytes_whole = 0;  // Saved, of constants; operators share some.
  // Noise over signal power of the outputs: independent noise adds up.
  double error_sum = 0, error_whole = 0;
};

// The signal-to-noise ratio of noise over signal power; infinite for 0.
double Decibels(double error);

using ExplainProgress = std::function<void(const std::string& what, int64_t done, int64_t total)>;

// `plan`: absent, every operator at the first choice the configuration leaves it. Error: the model,
// data or plan is wrong or of something else, or the run was interrupted.
Result<Explanation> Explain(const TuneConfig& config, std::optional<quantize::QuantPlan> plan,
                            const ExplainProgress& progress);

nlohmann::json ToJson(const Explanation& explanation);

}  // namespace assay::tune
