// Moments: mean and variance of a run of elements, in double.
#pragma once

#include <cstdint>

namespace assay::engine {

struct Moments {
  double mean = 0, variance = 0;  // Of the population: divided by the count.
};

inline Moments MomentsOf(const float* values, int64_t count) {
  Moments moments;
  for (int64_t i = 0; i < count; ++i) moments.mean += values[i];
  moments.mean /= static_cast<double>(count);
  for (int64_t i = 0; i < count; ++i) {
    const double centered = values[i] - moments.mean;
    moments.variance += centered * centered;
  }
  moments.variance /= static_cast<double>(count);
  return moments;
}

}  // namespace assay::engine
