// Random samples that are the same on every standard library, and the coverage of intervals.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

#include "objectives/stats/interval.h"

namespace assay {

// Standard normal numbers by Box and Muller's transform.
class Normal {
 public:
  explicit Normal(uint64_t seed) : generator_(seed) {}
  double operator()() {
    const double u = (static_cast<double>(generator_() >> 11) + 0.5) * 0x1p-53;
    const double v = static_cast<double>(generator_() >> 11) * 0x1p-53;
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  }
  std::vector<double> Sample(size_t n, double mean = 0, double deviation = 1) {
    std::vector<double> values(n);
    for (double& value : values) value = mean + deviation * (*this)();
    return values;
  }

 private:
  std::mt19937_64 generator_;
};

// The share of `repetitions` in which interval_of(i) contains the truth.
template <typename IntervalOf>
double Coverage(int repetitions, double truth, IntervalOf interval_of) {
  int covered = 0;
  for (int i = 0; i < repetitions; ++i) covered += interval_of(i).Contains(truth);
  return static_cast<double>(covered) / repetitions;
}

}  // namespace assay
