// Explanations of int8 models, for people.
#pragma once

#include <string>

#include "harness/tune/explain.h"

namespace assay::report {

// One row per operator, in the order of the model.
std::string ExplanationTable(const tune::Explanation& explanation);
// What the rows sum up to beside the whole: a line each of accuracy, time, bytes and error.
std::string ExplanationSums(const tune::Explanation& explanation);

}  // namespace assay::report
