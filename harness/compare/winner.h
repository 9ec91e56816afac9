// Winner: which of several contenders is taken, so that asking again gives the same answer.
//
// They claim in an order in which nothing measured has a say, and the first is taken whose time is
// not estimated to be more than one and a half times the margin beyond that of the best of the
// others. Observations go on until its interval, and those of all that claimed before it, leave out
// that bar, or there are enough of them. So who claims first stays where another is faster by up to
// the margin, and goes where one is faster by twice as much, both in all but a few of the runs;
// what a run is off by as a whole, 0.2 to 0.3 % of a ratio that was measured again and again, is
// small beside the half margin between. Nearer to the bar than that nothing can say the same every
// time: there only a claim that was won before holds. A bar on what is shown, the lower end of an
// interval, lies somewhere between, wherever the number of observations and their spread put it.
#pragma once

#include <cstddef>
#include <span>

#include "objectives/stats/best.h"

namespace assay::compare {

struct Taken {
  size_t index = 0;
  bool decided = false;  // More observations are unlikely to take another.
  // Another run may, however many observations it has: a bar lies within what runs as a whole are
  // off by.
  bool doubtful = false;
};

// Of those that stand so, in the order in which they claim: one or more. margin: 0.02 is 2 %.
Taken Take(std::span<const Standing> standings, double margin);

}  // namespace assay::compare
