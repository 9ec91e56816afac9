#include "harness/tune/plan_search.h"

#include <algorithm>
#include <cmath>

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
      settled_(chooses_settings),
      threads_settled_(space.threads.size() < 2),
      threads_(space.threads.empty() ? 0 : space.threads.front()) {}

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

std::optional<QuantPlan> PlanSearch::NextPlan() {
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

void PlanSearch::TellPlan(const Feedback& feedback) {
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

std::optional<QuantPlan> PlanSearch::Next() {
  if (threads_told_ == 0 || threads_settled_) proposed_ = NextPlan();
  if (!proposed_) return std::nullopt;
  QuantPlan plan = *proposed_;
  plan.threads = threads_settled_ ? threads_ : space_.threads[threads_told_];
  return plan;
}

void PlanSearch::Tell(const Feedback& feedback) {
  if (threads_settled_) return TellPlan(feedback);
  // Of a trial that was stopped no cost is known: the next one decides.
  const bool undecided = threads_told_ == 0 && !std::isfinite(feedback.cost);
  return undecided ? TellPlan(feedback) : TellThreads(feedback);
}

// What is feasible comes first: a budget of time may be kept with some thread counts alone.
void PlanSearch::TellThreads(const Feedback& feedback) {
  const bool better = !cheapest_ || (feedback.feasible && !cheapest_->feasible) ||
                      (feedback.feasible == cheapest_->feasible && feedback.cost < cheapest_->cost);
  if (better) {
    cheapest_ = feedback;
    threads_ = space_.threads[threads_told_];
  }
  if (++threads_told_ < space_.threads.size()) return;
  threads_settled_ = true;
  TellPlan(*cheapest_);
}

int64_t PlanSearch::remaining() const {
  const size_t rescue = settled_ || rescued_ ? 0 : space_.rescue.size();
  const size_t settings = settled_ ? 0 : settings_.size() - told_ + rescue;
  const size_t counts =
      threads_settled_ ? 0 : space_.threads.size() - std::max<size_t>(threads_told_, 1);
  const int64_t more = static_cast<int64_t>(settings + counts);
  const int64_t own = strategy_->remaining();
  return own > INT64_MAX - more ? INT64_MAX : own + more;
}

}  // namespace assay::tune
