// INC's basic strategy, in three stages:
//  1. every operator alike: int8 per channel, then int8 per tensor;
//  2. from the better of these, one operator at a time back to fp32, from the last to the first;
//  3. operators back to fp32 together, one more each time, in the order of what stage 2 gained.
#include <algorithm>
#include <numeric>
#include <set>

#include "harness/tune/discrete_space.h"
#include "harness/tune/strategy.h"

namespace assay::tune {
namespace {

using quantize::Precision;
using quantize::QuantConfig;
using quantize::QuantizableOp;

class Basic : public Strategy {
 public:
  explicit Basic(std::vector<QuantizableOp> ops)
      : ops_(std::move(ops)), gain_(ops_.size(), 0.0), order_(ops_.size()) {
    // The fp32 model is the baseline, not a trial.
    const bool free = std::ranges::all_of(
        ops_, [](const QuantizableOp& op) { return op.choices.back() == Precision::kFp32; });
    if (free) seen_.insert(Uniform(ops_, Precision::kFp32));
    std::iota(order_.rbegin(), order_.rend(), size_t{0});
    queue_ = {Uniform(ops_, Precision::kInt8PerChannel), Uniform(ops_, Precision::kInt8PerTensor)};
  }

  std::optional<QuantConfig> Next() override {
    while (true) {
      while (position_ < queue_.size()) {
        const QuantConfig& config = queue_[position_++];
        if (seen_.insert(config).second) return config;
      }
      if (!AdvanceStage()) return std::nullopt;
    }
  }

  void Tell(const Feedback& feedback) override {
    if (stage_ == 1 && (!base_ || feedback.loss < base_loss_)) {
      base_ = feedback.config;
      base_loss_ = feedback.loss;
    }
    if (stage_ == 2) gain_[order_[position_ - 1]] = base_loss_ - feedback.loss;
  }

  int64_t remaining() const override {
    const size_t stages_left = stage_ == 1 ? 2 : stage_ == 2 ? 1 : 0;
    return static_cast<int64_t>(queue_.size() - position_ + stages_left * ops_.size());
  }

 private:
  bool AdvanceStage() {
    if (!base_ || stage_ == 3) return false;
    ++stage_;
    queue_.clear();
    position_ = 0;
    if (stage_ == 3) {
      std::ranges::sort(order_, [&](size_t a, size_t b) {
        return gain_[a] != gain_[b] ? gain_[a] > gain_[b] : a > b;
      });
    }
    QuantConfig config = *base_;
    for (size_t index : order_) {
      if (stage_ == 2) config = *base_;
      const QuantizableOp& op = ops_[index];
      if (op.choices.back() == Precision::kFp32) config[op.node] = Precision::kFp32;
      queue_.push_back(config);
    }
    return true;
  }

  std::vector<QuantizableOp> ops_;
  std::vector<double> gain_;   // Of every operator: loss of the base minus loss with it in fp32.
  std::vector<size_t> order_;  // In which operators fall back: last first, then by gain.
  std::vector<QuantConfig> queue_;
  size_t position_ = 0;
  int stage_ = 1;
  std::optional<QuantConfig> base_;
  double base_loss_ = 0;
  std::set<QuantConfig> seen_;
};

}  // namespace

extern const StrategyEntry basic;
const StrategyEntry basic = {
    "basic", "all int8, then fallback to fp32 one by one, then accumulated by measured impact",
    [](std::vector<QuantizableOp> ops, uint64_t) -> std::unique_ptr<Strategy> {
      return std::make_unique<Basic>(std::move(ops));
    }};

}  // namespace assay::tune
