#include "objectives/stats/betting.h"

#include <algorithm>
#include <cmath>

#include "kernels/base/check.h"

namespace assay {

LowMeanTest::LowMeanTest(int64_t total, double lowest, double highest, double alpha)
    : total_(total), lowest_(lowest), highest_(highest), log_limit_(-std::log(alpha)) {
  ASSAY_CHECK(total > 0 && lowest < 0 && 0 < highest);
  ASSAY_CHECK(0 < alpha && alpha < 1);
}

void LowMeanTest::Add(double value) {
  constexpr double kMostAtRisk = 0.75;  // Of the capital, in one bet.
  ASSAY_CHECK(seen_ < total_ && lowest_ <= value && value <= highest_);
  // Under the hypothesis the values to come have at least this mean.
  const double m = -sum_ / static_cast<double>(total_ - seen_);
  // As if one value had been seen before, in the middle and half the range off.
  const double range = highest_ - lowest_;
  const double count = static_cast<double>(seen_ + 1);
  const double mean = ((lowest_ + highest_) / 2 + sum_) / count;
  const double variance = (range * range / 4 + squares_) / count;
  if (m > highest_) {
    rejected_ = true;  // Not even the best values could make up for it.
  } else if (m > lowest_) {
    const double edge = m - mean;
    const double bet = edge / (variance + edge * edge);
    const double most = m < highest_ ? kMostAtRisk / (highest_ - m) : bet;
    log_capital_ += std::log1p(std::clamp(bet, 0.0, std::max(most, 0.0)) * (m - value));
  }
  ++seen_;
  sum_ += value;
  const double now = ((lowest_ + highest_) / 2 + sum_) / static_cast<double>(seen_ + 1);
  squares_ += (value - now) * (value - now);
  rejected_ = rejected_ || log_capital_ >= log_limit_;
}

}  // namespace assay
