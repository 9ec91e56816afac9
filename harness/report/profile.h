// Tables of where the time of a model goes, for people.
#pragma once

#include <string>

#include "harness/measure/profile.h"

namespace assay::report {

enum class StepOrder { kRun, kTime };

// A line per step: time, share of the sum, speed, share of the measured peak, memory traffic.
std::string StepTable(const measure::Profile& profile, StepOrder order);

// The same per operator, the most time first, under which comes the sum.
std::string OperatorTable(const measure::Profile& profile);

// "sum of 14 steps 93.1 us; whole runs 93.4 us; difference -0.3 %".
std::string SumLine(const measure::Profile& profile);

}  // namespace assay::report
