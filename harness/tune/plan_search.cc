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
      ways_(Ways(space)),
      way_settled_(ways_.size() < 2) {}

std::vector<PlanSearch::Way> PlanSearch::Ways(const quantize::SearchSpace& space) {
  std::vector<Way> ways;
  for (const int threads : space.threads.empty() ? std::vector<int>{0} : space.threads) {
    for (const std::string& variants :
         space.variants.empty() ? std::vector<std::string>{""} : space.variants) {
      ways.push_back({threads, variants});
    }
  }
  return ways;
}

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
  if (ways_told_ == 0 || way_settled_) proposed_ = NextPlan();
  if (!proposed_) return std::nullopt;
  QuantPlan plan = *proposed_;
  const Way& way = ways_[way_settled_ ? way_ : ways_told_];
  plan.threads = way.threads;
  plan.variants = way.variants;
  return plan;
}

void PlanSearch::Tell(const Feedback& feedback) {
  if (way_settled_) return TellPlan(feedback);
  // Of a trial that was stopped no cost is known: the next one decides.
  const bool undecided = ways_told_ == 0 && !std::isfinite(feedback.cost);
  return undecided ? TellPlan(feedback) : TellWay(feedback);
}

// What is feasible comes first: a budget of time may be kept in some ways alone.
void PlanSearch::TellWay(const Feedback& feedback) {
  const bool better = !cheapest_ || (feedback.feasible && !cheapest_->feasible) ||
                      (feedback.feasible == cheapest_->feasible && feedback.cost < cheapest_->cost);
  if (better) {
    cheapest_ = feedback;
    way_ = ways_told_;
  }
  if (++ways_told_ < ways_.size()) return;
  way_settled_ = true;
  TellPlan(*cheapest_);
}

int64_t PlanSearch::remaining() const {
  const size_t rescue = settled_ || rescued_ ? 0 : space_.rescue.size();
  const size_t settings = settled_ ? 0 : settings_.size() - told_ + rescue;
  const size_t ways = way_settled_ ? 0 : ways_.size() - std::max<size_t>(ways_told_, 1);
  const int64_t more = static_cast<int64_t>(settings + ways);
  const int64_t own = strategy_->remaining();
  return own > INT64_MAX - more ? INT64_MAX : own + more;
}

}  // namespace assay::tune
