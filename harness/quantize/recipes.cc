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
