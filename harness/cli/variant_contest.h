// Contests of kernel variants (harness/compare) for those who keep winners: assay autotune and
// assay tune.
#pragma once

#include "harness/compare/contest.h"
#include "harness/measure/tuned.h"
#include "harness/tune/measured_variants.h"

namespace assay::cli {

// The winner by the margin; somebody won.
measure::TunedShape Judged(const compare::ContestResult& result, int threads, double margin);

// By the rules of assay autotune, with so many seconds of rounds for each shape.
tune::VariantContest MakeVariantContest(double budget_s);

}  // namespace assay::cli
