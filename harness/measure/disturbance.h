// Disturbance: what a timing shows of others who used the machine meanwhile, and timings that are
// taken again where they show too much. Medians of paired rounds survive a few disturbed rounds,
// not many.
#pragma once

#include <algorithm>
#include <vector>

#include "harness/measure/runner.h"

namespace assay::measure {

struct Disturbance {
  // The share of rounds in which threads of the subjects had to yield their CPUs for more than 5 %
  // of the time, at a millisecond each time.
  double displaced = 0;
  // Of what a subject's rounds take beside the first one's (of one subject alone: of its rounds):
  // the distance of the quartiles as a share of the median; the largest of all subjects.
  double spread = 0;

  // 1: as much as is borne. A machine at rest displaces in a few percent of the rounds, with a
  // spread of as much.
  double Severity() const { return std::max(displaced / 0.2, spread / 0.1); }
  bool TooMuch() const { return Severity() > 1; }
};

Disturbance DisturbanceOf(const Timing& timing);

struct CalmTiming {
  Timing timing;            // The least disturbed.
  Disturbance disturbance;  // Its.
  int attempts = 1;
};

// Times as TimeInterleaved does, and again as long as it was disturbed too much, `attempts` times
// at most, or until it is interrupted.
CalmTiming TimeCalmly(const std::vector<TimedSubject>& subjects, const RunnerOptions& options,
                      int attempts = 3);

}  // namespace assay::measure
