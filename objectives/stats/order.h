// Order statistics of one sample. A sample that is empty or contains NaN gives NaN, never a
// crash: a number that could not be measured is data.
#pragma once

#include <span>
#include <vector>

namespace assay {

// The arithmetic mean.
double Mean(std::span<const double> values);

// The median: the middle value, or the mean of the middle two.
double Median(std::span<const double> values);
// The same for a buffer that may be reordered: O(n), nothing is allocated.
double MedianInPlace(std::span<double> values);

// The q-quantile, 0 <= q <= 1, by linear interpolation between the order statistics around
// q (n - 1): definition 7 of Hyndman and Fan (1996), the default of R and NumPy.
double Quantile(std::span<const double> values, double q);
// The same for a sample in ascending order.
double QuantileOfSorted(std::span<const double> sorted, double q);

// The mean of what is left when floor(fraction n) values are cut at either end; 0 <= fraction <
// 0.5.
double TrimmedMean(std::span<const double> values, double fraction);

}  // namespace assay
