// Picks the fastest of several ways: each warmed, then the least of short samples in turn.
#include <algorithm>
#include <limits>

#include "bench/peers/contestant.h"
#include "harness/measure/clock.h"

namespace assay::peers {
namespace {

constexpr double kSample_s = 3e-4;
constexpr double kLook_s = 0.3;  // Of all samples of one way.
constexpr int kSamples = 9;

double Time(Contestant& way, int64_t iterations) {
  const double start = measure::MonotonicSeconds();
  for (int64_t i = 0; i < iterations; ++i) way.Once();
  return (measure::MonotonicSeconds() - start) / static_cast<double>(iterations);
}

}  // namespace

Result<std::unique_ptr<Contestant>> Fastest(std::vector<std::unique_ptr<Contestant>> ways) {
  if (ways.empty()) return Error("offers no implementation of it");
  if (ways.size() == 1) return std::move(ways[0]);
  double once_s = 0;
  for (auto& way : ways) {
    way->Once();
    once_s = std::max(once_s, Time(*way, 1));
  }
  const auto iterations = std::max<int64_t>(1, static_cast<int64_t>(kSample_s / once_s));
  const int samples = std::clamp(static_cast<int>(kLook_s / once_s), 2, kSamples);
  std::vector<double> least(ways.size(), std::numeric_limits<double>::infinity());
  for (int sample = 0; sample < samples; ++sample) {
    for (size_t i = 0; i < ways.size(); ++i) {
      least[i] = std::min(least[i], Time(*ways[i], iterations));
    }
  }
  return std::move(
      ways[static_cast<size_t>(std::min_element(least.begin(), least.end()) - least.begin())]);
}

}  // namespace assay::peers
