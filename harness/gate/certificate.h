// Certificate: what the gate's rules make of comparisons whose truth is known.
//
// Observations are cut into comparisons in the order in which they were taken: each begins where
// the last one of the same case and slowdown ended, so that none is used twice by the gate's
// looks, and what is left over at the end is not used. A suspected slowdown is confirmed by
// processes in which the candidate came first, as in the gate. The controls of a comparison, a
// copy and +3 %, are those of the processes from its first on; they serve every comparison that
// began there. Not counted is the correction for many cases, which could only take alarms away.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/gate/gate.h"

namespace assay::gate {

// ln(candidate / base), one per process, in the order of the processes.
struct Stream {
  std::vector<double> forward, reversed;
  // Of the forward ones, seconds per iteration: for other ways of judging (results/judges).
  std::vector<double> base_s = {}, candidate_s = {};
};

// A case under a known slowdown.
struct Cell {
  std::string case_name;
  double work = 1;   // As asked for.
  double truth = 1;  // As it was, whole iterations being what can be added.
  Stream observed;
};

struct Observations {
  std::vector<Cell> cells;
  Stream null, sentinel;
};

// Shares of the comparisons of one slowdown.
struct Power {
  double work = 1;
  int64_t comparisons = 0, invalid = 0;
  // Of the valid ones:
  int64_t suspected = 0, regressed = 0, improved = 0, ok = 0, inconclusive = 0;
  int64_t processes = 0;                // Used by the looks, of all.
  int64_t intervals = 0, covering = 0;  // Of 10 processes each, disjoint, at the level.
  int64_t valid() const { return comparisons - invalid; }
};

struct CaseSpread {
  std::string case_name;
  double deviation = 0;   // Winsorized, of ln ratios of identical builds.
  double detectable = 0;  // The slowdown that 20 processes find with 95 % probability.
};

struct Certificate {
  std::vector<Power> all;           // By slowdown, ascending; work 1: identical builds.
  std::vector<Power> steady;        // The same, of cases whose deviation is at most 0.5 %.
  std::vector<CaseSpread> spreads;  // The steadiest first.
};

Certificate Certify(const Observations& observations, const GateOptions& options);

}  // namespace assay::gate
