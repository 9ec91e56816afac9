// LowMeanTest: tells, while samples are still coming in, that the mean of all of them will be below
// 0. It may be asked after every sample: the chance of ever being wrong is at most alpha.
//
// Betting without replacement (Waudby-Smith and Ramdas 2024, "Estimating means of bounded random
// variables by betting", section 5): were the mean of all N values 0 or more, then the next value
// of a random order would on average be at least m = -(sum so far) / (N - seen), and a capital that
// bets against that, K *= 1 + lambda (m - value), would grow to 1 / alpha with a probability of at
// most alpha (Ville 1939). The bets follow the mean and variance seen so far (the paper's aGRAPA).
#pragma once

#include <cstdint>

namespace assay {

class LowMeanTest {
 public:
  // `total` values in [lowest, highest], lowest < 0 < highest, come in an order that is random.
  LowMeanTest(int64_t total, double lowest, double highest, double alpha);

  // Takes the next value; at most `total` of them.
  void Add(double value);
  int64_t seen() const { return seen_; }
  double lowest() const { return lowest_; }
  double highest() const { return highest_; }
  // Whether the mean of all is certain to be below 0. Once true it stays so.
  bool rejected() const { return rejected_; }

 private:
  const int64_t total_;
  const double lowest_, highest_, log_limit_;
  int64_t seen_ = 0;
  double sum_ = 0, squares_ = 0;  // The squares of distances from the running mean.
  double log_capital_ = 0;
  bool rejected_ = false;
};

}  // namespace assay
