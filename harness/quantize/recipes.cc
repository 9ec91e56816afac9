#include "harness/quantize/recipes.h"

namespace assay::quantize {

std::span<const RecipeEntry> AllRecipes() {
  static constexpr RecipeEntry kEntries[] = {
      {"cross_layer_equalization", &Recipes::cross_layer_equalization},
      {"weight_clipping", &Recipes::weight_clipping},
      {"adaptive_rounding", &Recipes::adaptive_rounding},
      {"bias_correction", &Recipes::bias_correction},
  };
  return kEntries;
}

std::vector<Recipes> EveryRecipes() {
  std::vector<Recipes> all = {Recipes()};
  for (const RecipeEntry& entry : AllRecipes()) {
    for (size_t i = all.size(); i-- > 0;) {
      Recipes with = all[i];
      with.*entry.field = true;
      all.push_back(with);
    }
  }
  return all;
}

std::string ToString(const Recipes& recipes) {
  std::string text;
  for (const RecipeEntry& entry : AllRecipes()) {
    if (!(recipes.*entry.field)) continue;
    if (!text.empty()) text += " + ";
    text += entry.name;
  }
  return text.empty() ? "none" : text;
}

}  // namespace assay::quantize
