// Certificate: what the gate's rules make of comparisons whose truth is known.
//
// Observations are cut into comparisons in the order in which they were taken: each begins where
// the last one of the same case and slowdown ended, so that none is used twice by the gate's
// looks, and what is left over at the end is not used. As in the gate the base comes first in every
// other process of the looks (duet.h), and a suspected slowdown is confirmed by their mirrors. The
// controls of a comparison, a copy and +3 %, are those of the processes from its first on; they
// serve every comparison that began there. Not counted is the correction for many cases, which
// could only take alarms away.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/gate/gate.h"

namespace assay::gate {

// ln(candidate / base), one per pair of processes, in their order.
struct Stream {
  std::vector<double> forward;   // Of the processes in which the base came first,
  std::vector<double> reversed;  // and of those in which the candidate did.
  // Of those of Looks(), seconds per iteration: for other ways of judging (results/judges).
  std::vector<double> base_s = {}, candidate_s = {};
};

// Of each pair the one or the other process, by turns, the first one's forward; and what is left.
std::vector<double> Looks(const Stream& stream);
std::vector<double> Mirrors(const Stream& stream);

// A case under a known slowdown.
struct Cell {
  std::string case_name;
  double work = 1;     // As asked for.
  double truth = 1;    // As it was, whole iterations being what can be added.
  bool steps = false;  // Made of them: judged by the limit of models.
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

  // nullptr: there are none.
  const Power* identical() const;
  // The share of valid comparisons of identical builds that is called slower is below this, at 97.5
  // % confidence (Clopper and Pearson); 1 where there are none.
  double AlarmBound() const;
};

Certificate Certify(const Observations& observations, const GateOptions& options);

}  // namespace assay::gate
