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
};

// The same operators, seed and feedback give the same sequence; no configuration comes twice.
class Strategy {
 public:
  virtual ~Strategy() = default;

  // The next configuration, or nothing when the strategy is at its end. Called after Tell of the
  // one before.
  virtual std::optional<quantize::QuantConfig> Next() = 0;
  virtual void Tell(const Feedback& feedback) = 0;
  // An upper bound on the trials still to come: for estimates.
  virtual int64_t remaining() const = 0;
};

struct StrategyEntry {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<Strategy> (*make)(std::vector<quantize::QuantizableOp> ops, uint64_t seed);
};

// Every file of strategies/.
std::span<const StrategyEntry* const> AllStrategies();

// Error: an unknown name, with the nearest known one; or one that is planned, by name.
Result<const StrategyEntry*> FindStrategy(std::string_view name);

}  // namespace assay::tune
