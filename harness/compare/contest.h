// Contest: which variant of a shape is the fastest on this machine, so that asking again gives the
// same answer.
//
// All variants take part briefly, in this process; those that may win go on in several fresh ones,
// of which each is one observation: where a process has its memory moves the same comparison by up
// to some percent, and no number of rounds within it shows that. The processes alone decide
// (winner.h); where it stays open whether dispatch's pick, or who won before, is beaten, more of
// them follow.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/compare/variants.h"
#include "kernels/base/status.h"
#include "objectives/stats/best.h"

namespace assay::compare {

struct ContestOptions {
  int threads = 1;
  double budget_s = 3;  // Of rounds, for each shape, up to the first look.
  int processes = 10;   // At least 2; of open shapes then up to eight times as many.
  // Of the intervals of one shape, all of which hold together, however often they are looked at.
  double level = 0.95;
  double margin = 0.04;
  // By shape, as the catalog spells it: who won before. It stays unless it is beaten, so that a
  // shape whose ratio is about the bar does not go to and fro.
  std::map<std::string, std::string> holders = {};
  uint64_t seed = 1;
  std::function<bool()> stop;
  // What is done, steps done, and of how many.
  std::function<void(const std::string& what, int64_t done, int64_t most)> progress;
};

struct Contender {
  std::string name;
  bool picked = false;                  // By dispatch.
  bool holds = false;                   // Won before.
  std::vector<double> logarithms = {};  // Of its time, one per process, less what all share.
  Standing standing = {};
};

struct ContestResult {
  catalog::Problem problem;
  std::vector<Contender> contenders = {};  // In the catalog's order.
  std::string wrong = {};   // What was computed wrong: it is the last result then.
  std::string failed = {};  // Why a process gave no answer: nothing is decided then.

  const Contender* picked() const;  // nullptr: dispatch leaves the shape to plain loops.
  // By winner.h, where who won before claims first, then dispatch's pick, then the others in their
  // order. nullptr: there are none.
  const Contender* Winner(double margin) const;
  // Whether another run from nothing may have another winner: winner.h.
  bool Doubtful(double margin) const;
  // Whether more processes may still change the winner.
  bool Open(double margin) const;
};

// Of the variants dispatch's pick and the holder ("": none), and of the others the fastest that
// took at most `slack` times as long as the fastest of all: up to `most` of them, in the order of
// the variants.
std::vector<std::string> Contenders(const VariantComparison& comparison,
                                    const std::string& holder = "", int most = 3,
                                    double slack = 1.15);

// Error: of CompareVariants, or the user's interruption.
Result<std::vector<ContestResult>> Contest(std::span<const catalog::Problem> problems,
                                           const ContestOptions& options);

// Before MaybeRunChild, in every executable that calls Contest.
void RegisterContest();

}  // namespace assay::compare
