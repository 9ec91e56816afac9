#include "bench/peers/cold.h"

#include <algorithm>

#include "bench/peers/race.h"
#include "harness/measure/clock.h"
#include "harness/measure/interrupt.h"
#include "harness/measure/machine.h"
#include "harness/measure/runner.h"

namespace assay::peers {
namespace {

constexpr size_t kLine = 64;

// Twice the largest cache, since victims are not replaced strictly by age.
size_t EvictionBytes() {
  int64_t largest = int64_t{16} << 20;
  for (const measure::Cache& cache : measure::ThisMachine().caches) {
    largest = std::max(largest, cache.size_bytes);
  }
  return static_cast<size_t>(2 * largest);
}

}  // namespace

ColdTimer::ColdTimer(std::span<const uint8_t> src, const RaceOptions& options)
    : src_(src), options_(options), eviction_(Buffer::Zeroed(EvictionBytes())) {}

double ColdTimer::TimeOne(Contestant& contestant) {
  volatile uint8_t* lines = eviction_.data();
  for (size_t i = 0; i < eviction_.size(); i += kLine) lines[i] = lines[i] + 1;
  const volatile uint8_t* src = src_.data();
  for (size_t i = 0; i < src_.size(); i += kLine) (void)src[i];
  const auto now = options_.threads == 1 ? measure::ThreadCpuSeconds : measure::MonotonicSeconds;
  const double start = now();
  contestant.Once();
  return now() - start;
}

std::vector<std::vector<double>> ColdTimer::Time(
    std::span<const std::unique_ptr<Contestant>> contestants) {
  std::vector<std::vector<double>> seconds(contestants.size());
  const auto order = measure::InterleavedOrder(static_cast<int>(contestants.size()),
                                               options_.max_rounds, options_.seed);
  for (const std::vector<int>& round : order) {
    if (measure::Interrupted()) break;
    std::vector<double> sums(contestants.size(), 0);
    for (const int i : round) sums[static_cast<size_t>(i)] += TimeOne(*contestants[i]);
    for (size_t i = 0; i < sums.size(); ++i) seconds[i].push_back(sums[i] / 2);
  }
  return seconds;
}

}  // namespace assay::peers
