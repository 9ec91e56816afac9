#include "harness/quantize/clipping.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace assay::quantize {
namespace {

constexpr int kSteps = 128;

Range Shrunk(Range range, int lower, int upper) {
  return {range.min * static_cast<float>(lower) / kSteps,
          range.max * static_cast<float>(upper) / kSteps};
}

Range WithZero(Range range) { return Union(range, {0, 0}); }

int BinOf(const Histogram& histogram, float x) {
  const double at = (double{x} + double{histogram.reach()}) / histogram.bin_width();
  return static_cast<int>(std::clamp(at, 0.0, Histogram::kBins - 1.0));
}

// Sum of p log(p / q) for the bins [first, last], those beyond clipped to them. q: the bins of one
// quantization level share their count evenly, among those that are not empty.
double Divergence(const Histogram& histogram, int first, int last) {
  constexpr int kLevels = 256;
  const int bins = last - first + 1;
  std::vector<double> p(static_cast<size_t>(bins)), q(p.size());
  for (int bin = 0; bin < Histogram::kBins; ++bin) {
    const auto to = static_cast<size_t>(std::clamp(bin, first, last) - first);
    p[to] += static_cast<double>(histogram[bin]);
  }
  double total_p = 0, total_q = 0;
  for (int level = 0; level < kLevels; ++level) {
    const int begin = level * bins / kLevels, end = (level + 1) * bins / kLevels;
    double sum = 0;
    int filled = 0;
    for (int bin = begin; bin < end; ++bin) {
      sum += static_cast<double>(histogram[first + bin]);
      filled += p[static_cast<size_t>(bin)] > 0;
    }
    for (int bin = begin; bin < end; ++bin) {
      const auto at = static_cast<size_t>(bin);
      if (p[at] > 0) q[at] = sum / filled;
      total_p += p[at];
      total_q += q[at];
    }
  }
  double divergence = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    if (p[i] == 0) continue;
    if (q[i] == 0) return std::numeric_limits<double>::infinity();
    divergence += p[i] / total_p * std::log(p[i] / total_p / (q[i] / total_q));
  }
  return divergence;
}

}  // namespace

double MeanSquaredError(const Histogram& histogram, Range range) {
  const QuantParams params = ParamsOf(range);
  double error = 0;
  for (int bin = 0; bin < Histogram::kBins; ++bin) {
    if (histogram[bin] == 0) continue;
    const double x = histogram.center(bin);
    const double miss = x - double{Dequantize(Quantize(static_cast<float>(x), params), params)};
    error += static_cast<double>(histogram[bin]) * miss * miss;
  }
  return histogram.count() == 0 ? 0 : error / static_cast<double>(histogram.count());
}

Range LeastErrorRange(const Histogram& histogram) {
  const Range whole = WithZero(histogram.range());
  int lower = kSteps, upper = kSteps;
  double least = MeanSquaredError(histogram, whole);
  const auto search = [&](int& end) {
    const int start = end;
    int best = end;
    for (end = kSteps; end > 0; --end) {
      const double error = MeanSquaredError(histogram, Shrunk(whole, lower, upper));
      if (error < least) {
        least = error;
        best = end;
      }
    }
    end = best;
    return best != start;
  };
  constexpr int kTurns = 4;
  for (int turn = 0; turn < kTurns; ++turn) {
    const bool moved_upper = search(upper), moved_lower = search(lower);
    if (!moved_upper && !moved_lower) break;
  }
  return Shrunk(whole, lower, upper);
}

Range PercentileRange(const Histogram& histogram, double kept) {
  const double beyond = (1 - kept) / 2 * static_cast<double>(histogram.count());
  const Range whole = WithZero(histogram.range());
  const double half = histogram.bin_width() / 2;
  Range range = whole;
  double below = 0, above = 0;
  for (int bin = 0; bin < Histogram::kBins && histogram.center(bin) < 0; ++bin) {
    below += static_cast<double>(histogram[bin]);
    if (below <= beyond) range.min = static_cast<float>(histogram.center(bin) + half);
  }
  for (int bin = Histogram::kBins - 1; bin >= 0 && histogram.center(bin) > 0; --bin) {
    above += static_cast<double>(histogram[bin]);
    if (above <= beyond) range.max = static_cast<float>(histogram.center(bin) - half);
  }
  return {std::max(range.min, whole.min), std::min(range.max, whole.max)};
}

Range LeastDivergenceRange(const Histogram& histogram) {
  const Range whole = WithZero(histogram.range());
  const float reach = std::max(-whole.min, whole.max);
  if (reach == 0) return whole;
  Range best = whole;
  double least = std::numeric_limits<double>::infinity();
  for (int step = kSteps; step > kSteps / 8; --step) {
    const float limit = reach * static_cast<float>(step) / kSteps;
    const Range range{std::max(whole.min, -limit), std::min(whole.max, limit)};
    const double divergence =
        Divergence(histogram, BinOf(histogram, range.min), BinOf(histogram, range.max));
    if (divergence < least) {
      least = divergence;
      best = range;
    }
  }
  return best;
}

}  // namespace assay::quantize
