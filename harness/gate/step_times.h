// StepTimes: what the steps of a case take in two builds that take turns in one process.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "harness/gate/case_library.h"

namespace assay::gate {

// All steps of one name. What a build does not have takes it no time, and has no variant.
struct StepTimes {
  std::string name;
  std::string base_variant, candidate_variant;  // "a + b" where steps of the name differ.
  double base_s = 0, candidate_s = 0;           // Per iteration: means over the middle of rounds.
  double difference_s = 0;                      // Likewise, of candidate - base round by round.
};

// The steps of both builds, without times: in the candidate's order, then those of the base alone.
std::vector<StepTimes> StepsOf(const ReadyCase& base, const ReadyCase& candidate);

// The same, timed: by rounds of one batch each, ABBA or BAAB as `random` says. Both have steps. A
// look at the clock counts with the step before it: of a thread's CPU time that is some 0.2 us, in
// both builds alike.
std::vector<StepTimes> TimeSteps(ReadyCase& base, ReadyCase& candidate, int64_t iterations,
                                 int rounds, double (*clock_s)(), std::mt19937_64& random);

}  // namespace assay::gate
