// INC's mse strategy: every operator alike, int8 per channel, then per tensor; from the better of
// these, operators fall back to fp32 together, one more each time, in the order of the error of
// their results when each alone is in int8: the largest first. Without facts, from the last to the
// first.
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

class Mse : public Strategy {
 public:
  explicit Mse(std::vector<QuantizableOp> ops) : ops_(std::move(ops)) {
    seen_.insert(Uniform(ops_, Precision::kFp32));  // Where that is the fp32 model: no trial.
    const bool free = std::ranges::all_of(
        ops_, [](const QuantizableOp& op) { return op.choices.back() == Precision::kFp32; });
    if (!free) seen_.clear();
    queue_ = {Uniform(ops_, Precision::kInt8PerChannel), Uniform(ops_, Precision::kInt8PerTensor)};
  }

  void Inform(const ModelFacts& facts) override { facts_ = facts; }

  std::optional<QuantConfig> Next() override {
    while (true) {
      while (position_ < queue_.size()) {
        const QuantConfig& config = queue_[position_++];
        if (seen_.insert(config).second) return config;
      }
      if (!base_ || falling_back_) return std::nullopt;
      FallBack();
    }
  }

  void Tell(const Feedback& feedback) override {
    if (falling_back_ || (base_ && !(feedback.loss < base_loss_))) return;
    base_ = feedback.config;
    base_loss_ = feedback.loss;
  }

  int64_t remaining() const override {
    return static_cast<int64_t>(queue_.size() - position_ + (falling_back_ ? 0 : ops_.size()));
  }

 private:
  // Of the base's choice.
  double Error(size_t index) const {
    const QuantizableOp& op = ops_[index];
    if (facts_.operators.empty()) return 0;
    const auto choice = std::ranges::find(op.choices, base_->at(op.node)) - op.choices.begin();
    return facts_.operators[index].own_error[static_cast<size_t>(choice)];
  }

  void FallBack() {
    falling_back_ = true;
    std::vector<double> error;
    for (size_t i = 0; i < ops_.size(); ++i) error.push_back(Error(i));
    std::vector<size_t> order(ops_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, [&](size_t a, size_t b) {
      return error[a] != error[b] ? error[a] > error[b] : a > b;
    });
    queue_.clear();
    position_ = 0;
    QuantConfig config = *base_;
    for (const size_t index : order) {
      const QuantizableOp& op = ops_[index];
      if (op.choices.back() != Precision::kFp32) continue;
      config[op.node] = Precision::kFp32;
      queue_.push_back(config);
    }
  }

  std::vector<QuantizableOp> ops_;
  ModelFacts facts_;
  std::vector<QuantConfig> queue_;
  size_t position_ = 0;
  bool falling_back_ = false;
  std::optional<QuantConfig> base_;
  double base_loss_ = 0;
  std::set<QuantConfig> seen_;
};

}  // namespace

extern const StrategyEntry mse;
const StrategyEntry mse = {
    "mse",
    "all int8, then accumulated fallback to fp32 by the error of each "
    "operator's result",
    [](std::vector<QuantizableOp> ops, uint64_t) -> std::unique_ptr<Strategy> {
      return std::make_unique<Mse>(std::move(ops));
    },
    true};

}  // namespace assay::tune
