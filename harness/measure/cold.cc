#include "harness/measure/cold.h"

#include <algorithm>

#include "harness/measure/clock.h"
#include "harness/measure/machine.h"
#include "harness/measure/runner.h"
#include "kernels/base/buffer.h"

namespace assay::measure {
namespace {

constexpr size_t kLine = 64;

// Twice the largest cache, since victims are not replaced strictly by age.
size_t EvictionBytes() {
  int64_t largest = int64_t{16} << 20;
  for (const Cache& cache : ThisMachine().caches) largest = std::max(largest, cache.size_bytes);
  return static_cast<size_t>(2 * largest);
}

// Brings the bytes into the caches.
void Read(std::span<const uint8_t> bytes) {
  const volatile uint8_t* lines = bytes.data();
  for (size_t i = 0; i < bytes.size(); i += kLine) (void)lines[i];
}

double TimeOne(const ColdSubject& subject, bool cpu_time, std::span<const uint8_t> eviction) {
  Read(eviction);  // Lines that were written would have to be written back beside the call.
  for (const auto& activation : subject.activations) Read(activation);
  const auto now = cpu_time ? ThreadCpuSeconds : MonotonicSeconds;
  const double start = now();
  subject.run();
  return now() - start;
}

}  // namespace

std::vector<std::vector<double>> TimeCold(std::span<const ColdSubject> subjects,
                                          const ColdOptions& options) {
  Buffer eviction(EvictionBytes());
  std::fill_n(eviction.data(), eviction.size(), uint8_t{1});  // Pages of its own.
  std::vector<std::vector<double>> seconds(subjects.size());
  const double start_s = MonotonicSeconds();
  int done = 0;
  for (const std::vector<int>& round :
       InterleavedOrder(static_cast<int>(subjects.size()), options.max_rounds, options.seed)) {
    if (options.stop && options.stop()) break;
    if (done >= options.min_rounds && MonotonicSeconds() - start_s > options.budget_s) break;
    std::vector<double> sums(subjects.size(), 0);
    for (const int i : round) {
      const auto at = static_cast<size_t>(i);
      sums[at] += TimeOne(subjects[at], options.cpu_time, {eviction.data(), eviction.size()});
    }
    for (size_t i = 0; i < sums.size(); ++i) seconds[i].push_back(sums[i] / 2);
    ++done;
  }
  return seconds;
}

}  // namespace assay::measure
