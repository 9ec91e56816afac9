// Settings: what a plan has beside the precision of operators, the calibration and the recipes, and
// how much a fully quantized model may be expected to err with them.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/quantize/config.h"

namespace assay::tune {

// Plans without operators: each combination of the algorithms and recipes of the space.
std::vector<quantize::QuantPlan> AskedSettings(const quantize::SearchSpace& space);
// The same; then the recipes that come to the rescue, with the first algorithm.
std::vector<quantize::QuantPlan> KnownSettings(const quantize::SearchSpace& space);
// The same; then every other combination that the configuration leaves open.
std::vector<quantize::QuantPlan> AllSettings(const quantize::SearchSpace& space);

// The plan of these operators and settings; operators that have algorithms of their own keep them.
quantize::QuantPlan WithSettings(const quantize::QuantConfig& operators,
                                 const quantize::QuantPlan& settings,
                                 const std::vector<quantize::QuantizableOp>& ops);

// `known` are errors of the first settings; the others are taken to err like the known ones that
// they differ from in the fewest recipes, algorithms included: like the mean of these. `known` must
// not be empty.
std::vector<double> ExpectedErrors(const std::vector<quantize::QuantPlan>& settings,
                                   const std::vector<double>& known);

// What recipes took that take it anew in every trial: without equalization, which is done once.
double RepeatedSeconds(const std::map<std::string, double>& recipe_s);
// `known` is what each recipe of the first settings took; those of the others are taken to take
// what they took there, in the mean. A recipe that was never measured is taken to be free.
std::vector<double> ExpectedSeconds(const std::vector<quantize::QuantPlan>& settings,
                                    const std::vector<std::map<std::string, double>>& known);

// What is known of AllSettings.
struct SettingsFacts {
  std::vector<double> error;    // As ModelFacts has them.
  std::vector<double> seconds;  // Likewise.
};

}  // namespace assay::tune
