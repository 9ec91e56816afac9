// Recipes: what may be done to a model beside rounding to the nearest code, so that its int8 form
// loses less accuracy. The model stays an ordinary QDQ model of the same operators.
#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::quantize {

struct Recipes {
  bool cross_layer_equalization = false;  // equalize.h
  bool weight_clipping = false;           // weights.h
  bool adaptive_rounding = false;         // rounding.h
  bool bias_correction = false;           // recover.h

  auto operator<=>(const Recipes&) const = default;
};

// One recipe: its name in YAML and in result.json.
struct RecipeEntry {
  std::string_view name;
  bool Recipes::*field;
};
std::span<const RecipeEntry> AllRecipes();

// Every combination, none of them first.
std::vector<Recipes> EveryRecipes();

// "weight_clipping + bias_correction"; "none".
std::string ToString(const Recipes& recipes);

}  // namespace assay::quantize
