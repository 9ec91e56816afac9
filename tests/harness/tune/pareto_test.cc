// What the strategy `pareto` is worth beside each other one: searches of simulated models, by the
// hypervolume after equal numbers of trials.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "harness/tune/discrete_space.h"
#include "harness/tune/plan_search.h"
#include "harness/tune/settings.h"

namespace assay::tune {
namespace {

using quantize::Precision;
using quantize::QuantPlan;

constexpr double kLimit = 0.03;
constexpr double kPlainLoss = 0.05;  // Of what is fully quantized without any recipe.
constexpr double kLuck = 0.01;       // Standard deviation of the same.
constexpr double kSaving = 0.55;     // Of the time, by int8 everywhere.
constexpr int kTrials = 20;

// A chain of convolutions whose errors, savings and borders are drawn. Accuracy is a sum of errors,
// which recipes diminish, and of luck that belongs to each operator's rounding; facts are 30 % off.
class Simulated {
 public:
  explicit Simulated(uint64_t seed) : seed_(seed), generator_(seed) {
    space_.rescue = {
        {.bias_correction = true},
        {.cross_layer_equalization = true, .adaptive_rounding = true, .bias_correction = true}};
    space_.open_recipes = quantize::EveryRecipes();
    for (int op = 0; op < 16; ++op) {
      space_.ops.push_back(
          {"conv" + std::to_string(op),
           "Conv",
           {Precision::kInt8PerChannel, Precision::kInt8PerTensor, Precision::kFp32}});
      const double error = Spread(1.0), coarse = error * (1 + 3 * Spread(0.5));
      error_.push_back({error, coarse, 0});
      saved_.push_back(op % 3 == 1 ? 0.02 * Spread(0.5) : Spread(0.5));
    }
    Normalize();
  }

  const quantize::SearchSpace& space() const { return space_; }

  ModelFacts Facts() {
    ModelFacts facts;
    facts.latency_s = 1;
    facts.loss_limit = kLimit;
    for (size_t op = 0; op < error_.size(); ++op) {
      std::vector<double> error = error_[op];
      for (double& each : error) each *= Spread(0.3);
      const double saved = saved_[op] * Spread(0.1);
      facts.operators.push_back({error, error, {saved, saved, 0}, {0, 0, 0}});
      if (op > 0) facts.borders.push_back({op - 1, op, kBorder});
    }
    std::vector<double> known;
    for (const QuantPlan& settings : KnownSettings(space_)) {
      known.push_back(Left(settings.recipes) * Spread(0.3));
    }
    facts.settings_error = ExpectedErrors(AllSettings(space_), known);
    return facts;
  }

  double Loss(const QuantPlan& plan) {
    double loss = 0, error = 0, luck = 0;
    for (size_t op = 0; op < error_.size(); ++op) {
      const size_t choice = ChoiceOf(plan, op);
      const double part = error_[op][choice] * Left(plan.recipes);
      error += part;
      luck += std::sqrt(part) * Draw(Key(plan.recipes, op, choice));
    }
    loss = kPlainLoss * error;
    if (error > 0) loss += kLuck * std::pow(error, 0.25) * (luck / std::sqrt(error));
    return loss + 0.3 * kLuck * std::pow(error, 0.25) * Draw(Hash(plan));
  }

  double Cost(const QuantPlan& plan) const {
    double cost = 1;
    for (size_t op = 0; op < saved_.size(); ++op) {
      const bool int8 = ChoiceOf(plan, op) != 2;
      cost -= int8 ? saved_[op] : 0;
      if (op > 0 && int8 != (ChoiceOf(plan, op - 1) != 2)) cost += kBorder;
    }
    return cost;
  }

 private:
  static constexpr double kBorder = 0.01;

  void Normalize() {
    double errors = 0, savings = 0;
    for (const auto& each : error_) errors += each[0];
    for (const double each : saved_) savings += each;
    for (auto& each : error_) {
      for (double& error : each) error /= errors;
    }
    for (double& each : saved_) each *= kSaving / savings;
  }

  // The share of the error that is left.
  static double Left(const quantize::Recipes& recipes) {
    double left = 1;
    if (recipes.bias_correction) left *= 0.2;
    if (recipes.adaptive_rounding) left *= 0.4;
    if (recipes.weight_clipping) left *= 0.9;
    return left;
  }

  size_t ChoiceOf(const QuantPlan& plan, size_t op) const {
    const auto& choices = space_.ops[op].choices;
    const auto found = std::ranges::find(choices, plan.operators.at(space_.ops[op].node));
    return static_cast<size_t>(found - choices.begin());
  }

  static size_t Index(const quantize::Recipes& recipes) {
    const auto all = quantize::EveryRecipes();
    return static_cast<size_t>(std::ranges::find(all, recipes) - all.begin());
  }
  static uint64_t Key(const quantize::Recipes& recipes, size_t op, size_t choice) {
    return (Index(recipes) * 64 + op) * 3 + choice;
  }
  uint64_t Hash(const QuantPlan& plan) const {
    uint64_t hash = Index(plan.recipes) + 1;
    for (size_t op = 0; op < error_.size(); ++op) hash = hash * 1000003 + ChoiceOf(plan, op);
    return hash;
  }

  // Log-normal.
  double Spread(double deviation) { return std::exp(deviation * Normal(generator_)); }
  // The same for the same key.
  double Draw(uint64_t key) const {
    std::mt19937_64 generator(seed_ * 0x9E3779B97F4A7C15 + key);
    generator.discard(4);
    return Normal(generator);
  }
  // Box and Muller, the same with every standard library.
  static double Normal(std::mt19937_64& generator) {
    const auto uniform = [&] {
      return std::ldexp(static_cast<double>(generator() >> 11) + 0.5, -53);
    };
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * 3.14159265358979 * uniform());
  }

  uint64_t seed_;
  std::mt19937_64 generator_;
  quantize::SearchSpace space_;
  std::vector<std::vector<double>> error_;
  std::vector<double> saved_;
};

double Area(std::vector<std::pair<double, double>> loss_and_cost) {
  std::ranges::sort(loss_and_cost);
  double area = 0, lowest = 1;
  for (const auto& [loss, cost] : loss_and_cost) {
    if (cost >= lowest || loss >= kLimit) continue;
    area += (lowest - cost) * (kLimit - loss);
    lowest = cost;
  }
  return area;
}

struct Outcome {
  double hypervolume = 0, fastest = 1;
  int first = kTrials + 1;  // Trials until one is feasible.
};

Outcome Search(const StrategyEntry& entry, uint64_t seed) {
  Simulated model(seed);
  auto strategy = entry.make(model.space().ops, seed);
  if (entry.wants_facts) strategy->Inform(model.Facts());
  PlanSearch search(model.space(), std::move(strategy), entry.chooses_settings);
  std::vector<std::pair<double, double>> found;
  Outcome outcome;
  for (int trial = 1; trial <= kTrials; ++trial) {
    const auto plan = search.Next();
    if (!plan) break;
    const double loss = model.Loss(*plan), cost = model.Cost(*plan);
    const bool feasible = loss <= kLimit;
    if (feasible) {
      outcome.first = std::min(outcome.first, trial);
      outcome.fastest = std::min(outcome.fastest, cost);
      found.emplace_back(loss, cost);
    }
    search.Tell({plan->operators, 1 - loss, loss, feasible, cost, kLuck, 0.002});
  }
  outcome.hypervolume = Area(found);
  return outcome;
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

TEST(Pareto, IsAheadOfEveryOtherStrategyOnSimulatedModels) {
  constexpr uint64_t kSeeds = 30;
  std::map<std::string_view, std::vector<Outcome>> outcomes;
  for (const StrategyEntry* entry : AllStrategies()) {
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      outcomes[entry->name].push_back(Search(*entry, seed));
    }
  }
  const std::vector<Outcome>& ours = outcomes.at("pareto");
  for (const auto& [name, theirs] : outcomes) {
    std::vector<double> ratio, faster;
    int wins = 0, earlier = 0, later = 0;
    for (size_t i = 0; i < kSeeds; ++i) {
      ratio.push_back(ours[i].hypervolume / theirs[i].hypervolume);
      faster.push_back(theirs[i].fastest / ours[i].fastest);
      wins += ratio.back() > 1 ? 1 : 0;
      earlier += ours[i].first < theirs[i].first ? 1 : 0;
      later += ours[i].first > theirs[i].first ? 1 : 0;
    }
    RecordProperty(std::string(name) + "_ratio_per_mille", static_cast<int>(1000 * Median(ratio)));
    RecordProperty(std::string(name) + "_wins", wins);
    if (name == "pareto") continue;
    EXPECT_GT(Median(ratio), 1.02) << name;
    EXPECT_GT(wins, 20) << name;  // Chance alone: below 5 % of the time more than 19.
    EXPECT_GE(Median(faster), 1) << name;
    EXPECT_GT(earlier, later) << name;
  }
}

}  // namespace
}  // namespace assay::tune
