// Cusum: slow drift in a series of estimates, each with its own standard error. A change that no
// single run can show adds up; the cumulative sum of what each run departs by finds it, and where
// it began (Page 1954, "Continuous inspection schemes"; Hawkins and Olwell 1998, "Cumulative Sum
// Charts and Charting for Quality Improvement").
//
// The level that runs depart from is not given: it is the weighted mean of the runs before. Such
// recursive residuals of a series that does not change are independent and standard normal, from
// the second run on (Brown, Durbin and Evans 1975, "Techniques for testing the constancy of
// regression relationships over time"). The chart begins with the ninth run, when it can be told
// how much runs vary. Nothing of a later run goes into what is said of an earlier one: what was
// found stays found.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "objectives/stats/location.h"

namespace assay {

struct CusumRules {
  // In standard errors. What a run departs by counts beyond `slack` only: half the shift that is
  // found soonest. A sum above `threshold` is a change.
  double slack = 0.5;
  double threshold = 5;
};

// Runs between two false alarms of a two-sided chart on average, and the threshold for so many (not
// below 0): Siegmund 1985, "Sequential Analysis", 2.6; within 6 % of what is simulated in
// tests/objectives/stats/cusum_test.cc.
double CusumRunLength(const CusumRules& rules);
double CusumThreshold(double run_length, double slack = 0.5);

struct Shift {
  // The run that the new level begins with: of those of the sum's way to the threshold the one that
  // parts the runs before and after best (largest likelihood: Hinkley 1970, "Inference about the
  // change-point in a sequence of random variables").
  size_t first = 0;
  size_t found = 0;  // The run that it crossed the threshold with.
  // The mean from first to found, less that of the level before. First and found being chosen for
  // it, its interval is optimistic.
  Location size;

  bool up() const { return size.value > 0; }
};

struct Chart {
  // A value per run. NaN: a run without a standard error, which is left out, the first one of a
  // level, or one before the chart begins.
  std::vector<double> standardized;
  std::vector<double> up, down;  // The sums after the run, both >= 0.
  // What runs differ in beyond their standard errors, such as the layouts of builds: a standard
  // deviation, 0 where the errors explain all. Such that squares of differences of neighbors, which
  // a slow drift hardly enlarges, have the median that they should (after Paule and Mandel 1982,
  // "Consensus values and weighting factors"). Added to each run's error.
  double between = 0;
  // With the run after `found` a new level begins: a drift that goes on is found again.
  std::vector<Shift> shifts;
};

// A run's standard error is taken from it or from all runs together, whichever is larger: one of
// few observations that happened to agree would otherwise weigh more than all others.
Chart Cusum(std::span<const Location> runs, const CusumRules& rules);

}  // namespace assay
