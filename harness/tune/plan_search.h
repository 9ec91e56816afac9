// PlanSearch: a strategy decides the precision of operators; what else a plan has, calibration and
// recipes, is settled on the strategy's first proposal, before it goes on; unless the strategy
// decides about that as well. How the model runs, with how many threads and with whose kernel
// variants, is settled on the first proposal whose cost is known, by that cost: it changes no
// result.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/quantize/config.h"
#include "harness/tune/strategy.h"

namespace assay::tune {

class PlanSearch {
 public:
  // `chooses_settings` as of the strategy's entry.
  PlanSearch(const quantize::SearchSpace& space, std::unique_ptr<Strategy> strategy,
             bool chooses_settings = false);

  // The strategy's first proposal comes with each combination of algorithms and recipes of the
  // space; where none of these is feasible, with each set of recipes that comes to the rescue.
  // Further proposals come with those that lost least accuracy: operators fall back to fp32 only
  // from there. As of Strategy, no plan comes twice; called after Tell of the one before.
  std::optional<quantize::QuantPlan> Next();
  // feedback.config: the operators of the plan.
  void Tell(const Feedback& feedback);
  // An upper bound on the trials still to come.
  int64_t remaining() const;

 private:
  void Settle();
  std::optional<quantize::QuantPlan> NextPlan();
  // Feedback on a plan that runs in the way that is settled.
  void TellPlan(const Feedback& feedback);
  void TellWay(const Feedback& feedback);

  // A way to run a model, as a plan has it.
  struct Way {
    int threads = 0;
    std::string variants;
  };
  // Every combination of the space.
  static std::vector<Way> Ways(const quantize::SearchSpace& space);

  quantize::SearchSpace space_;
  std::unique_ptr<Strategy> strategy_;
  bool chooses_settings_;
  std::optional<quantize::QuantConfig> first_;
  // To be tried with the first, or to choose from; no operators in them.
  std::vector<quantize::QuantPlan> settings_;
  size_t told_ = 0;
  bool rescued_ = false;
  size_t best_ = 0;  // Of settings_.
  std::optional<Feedback> best_feedback_;
  bool settled_;
  // The plan that is tried in each way, how many of them are told, and the best so far.
  std::optional<quantize::QuantPlan> proposed_;
  std::vector<Way> ways_;
  bool way_settled_;
  size_t ways_told_ = 0;
  size_t way_ = 0;
  std::optional<Feedback> cheapest_;
};

}  // namespace assay::tune
