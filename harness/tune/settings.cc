#include "harness/tune/settings.h"

#include <algorithm>

#include "objectives/stats/order.h"

namespace assay::tune {
namespace {

using quantize::QuantPlan;
using quantize::Recipes;

void AddNew(const Recipes& recipes, const std::string& algorithm, std::vector<QuantPlan>& all) {
  QuantPlan settings;
  settings.calibration = algorithm;
  settings.recipes = recipes;
  if (std::ranges::find(all, settings) == all.end()) all.push_back(std::move(settings));
}

size_t Differences(const QuantPlan& a, const QuantPlan& b) {
  size_t count = a.calibration != b.calibration ? 1 : 0;
  for (const quantize::RecipeEntry& entry : quantize::AllRecipes()) {
    count += a.recipes.*entry.field != b.recipes.*entry.field ? 1 : 0;
  }
  return count;
}

double ExpectedError(const QuantPlan& settings, const std::vector<QuantPlan>& all,
                     const std::vector<double>& known) {
  size_t nearest = SIZE_MAX;
  double sum = 0, count = 0;
  for (size_t i = 0; i < known.size(); ++i) {
    const size_t differences = Differences(settings, all[i]);
    if (differences > nearest) continue;
    if (differences < nearest) sum = count = 0;
    nearest = differences;
    sum += known[i];
    ++count;
  }
  return sum / count;
}

}  // namespace

std::vector<QuantPlan> AskedSettings(const quantize::SearchSpace& space) {
  std::vector<QuantPlan> all;
  for (const Recipes& recipes : space.recipes) {
    for (const std::string& algorithm : space.algorithms) AddNew(recipes, algorithm, all);
  }
  return all;
}

std::vector<QuantPlan> KnownSettings(const quantize::SearchSpace& space) {
  std::vector<QuantPlan> all = AskedSettings(space);
  for (const Recipes& recipes : space.rescue) AddNew(recipes, space.algorithms.front(), all);
  return all;
}

std::vector<QuantPlan> AllSettings(const quantize::SearchSpace& space) {
  std::vector<QuantPlan> all = KnownSettings(space);
  for (const std::string& algorithm : space.algorithms) {
    for (const Recipes& recipes : space.rescue) AddNew(recipes, algorithm, all);
    for (const Recipes& recipes : space.open_recipes) AddNew(recipes, algorithm, all);
  }
  return all;
}

QuantPlan WithSettings(const quantize::QuantConfig& operators, const QuantPlan& settings,
                       const std::vector<quantize::QuantizableOp>& ops) {
  QuantPlan plan = settings;
  plan.operators = operators;
  for (const quantize::QuantizableOp& op : ops) {
    const bool free =
        op.algorithms.empty() || std::ranges::count(op.algorithms, plan.calibration) > 0;
    if (!free) plan.calibration_of[op.node] = op.algorithms.front();
  }
  return plan;
}

std::vector<double> ExpectedErrors(const std::vector<QuantPlan>& settings,
                                   const std::vector<double>& known) {
  std::vector<double> errors = known;
  for (size_t i = known.size(); i < settings.size(); ++i) {
    errors.push_back(ExpectedError(settings[i], settings, known));
  }
  return errors;
}

double RepeatedSeconds(const std::map<std::string, double>& recipe_s) {
  double sum_s = 0;
  for (const auto& [recipe, seconds] : recipe_s) {
    if (recipe != "cross_layer_equalization") sum_s += seconds;
  }
  return sum_s;
}

std::vector<double> ExpectedSeconds(const std::vector<QuantPlan>& settings,
                                    const std::vector<std::map<std::string, double>>& known) {
  std::map<std::string, std::vector<double>> measured;
  for (const auto& recipe_s : known) {
    for (const auto& [recipe, seconds] : recipe_s) measured[recipe].push_back(seconds);
  }
  std::vector<double> expected;
  for (size_t i = 0; i < settings.size(); ++i) {
    std::map<std::string, double> recipe_s;
    for (const quantize::RecipeEntry& entry : quantize::AllRecipes()) {
      const auto found = measured.find(std::string(entry.name));
      if (!(settings[i].recipes.*entry.field) || found == measured.end()) continue;
      recipe_s[found->first] = Mean(found->second);
    }
    expected.push_back(RepeatedSeconds(i < known.size() ? known[i] : recipe_s));
  }
  return expected;
}

}  // namespace assay::tune
