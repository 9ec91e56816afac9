#include "harness/tune/plan_search.h"

#include "harness/tune/settings.h"

namespace assay::tune {

using quantize::QuantConfig;
using quantize::QuantPlan;
using quantize::Recipes;

PlanSearch::PlanSearch(const quantize::SearchSpace& space, std::unique_ptr<Strategy> strategy,
                       bool chooses_settings)
    : space_(space),
      strategy_(std::move(strategy)),
      chooses_settings_(chooses_settings),
      settings_(chooses_settings ? AllSettings(space) : AskedSettings(space)),
      settled_(chooses_settings) {}

// Where the settings tried so far are all told: more of them, or the end of their search.
void PlanSearch::Settle() {
  if (!rescued_ && !best_feedback_->feasible) {
    rescued_ = true;
    for (const Recipes& recipes : space_.rescue) {
      settings_.push_back(settings_[best_]);
      settings_.back().recipes = recipes;
    }
    if (told_ < settings_.size()) return;
  }
  settled_ = true;
  strategy_->Tell(*best_feedback_);
}

std::optional<QuantPlan> PlanSearch::Next() {
  if (chooses_settings_) {
    const auto next = strategy_->Next();
    if (!next) return std::nullopt;
    return WithSettings(*next, settings_[strategy_->settings()], space_.ops);
  }
  if (!first_) first_ = strategy_->Next();
  if (!first_) return std::nullopt;
  if (!settled_ && told_ == settings_.size()) Settle();
  if (!settled_) return WithSettings(*first_, settings_[told_], space_.ops);
  const auto next = strategy_->Next();
  if (!next) return std::nullopt;
  return WithSettings(*next, settings_[best_], space_.ops);
}

void PlanSearch::Tell(const Feedback& feedback) {
  if (settled_) return strategy_->Tell(feedback);
  const bool better =
      !best_feedback_ || (feedback.feasible && !best_feedback_->feasible) ||
      (feedback.feasible == best_feedback_->feasible && feedback.loss < best_feedback_->loss);
  if (better) {
    best_ = told_;
    best_feedback_ = feedback;
  }
  ++told_;
}

int64_t PlanSearch::remaining() const {
  const size_t rescue = settled_ || rescued_ ? 0 : space_.rescue.size();
  const size_t settings = settled_ ? 0 : settings_.size() - told_ + rescue;
  return strategy_->remaining() + static_cast<int64_t>(settings);
}

}  // namespace assay::tune
