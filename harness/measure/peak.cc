#include "harness/measure/peak.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "harness/measure/clock.h"
#include "kernels/peak/variant.h"

namespace assay::measure {
namespace {

constexpr int kBursts = 15;
constexpr double kBurstSeconds = 2e-3;

// Iterations per second in the best burst. The first bursts also bring the vector units to their
// full width and clock.
double BestRate(void (*run)(int64_t)) {
  int64_t iterations = 1000;
  double best = 0;
  for (int burst = 0; burst < kBursts; ++burst) {
    const double start = MonotonicSeconds();
    run(iterations);
    const double elapsed = std::max(MonotonicSeconds() - start, 1e-9);
    const double rate = static_cast<double>(iterations) / elapsed;
    best = std::max(best, rate);
    iterations = std::max<int64_t>(1000, static_cast<int64_t>(best * kBurstSeconds));
  }
  return best;
}

// Remembered by variant.
double OpsPerSecond(const peak::Variant& variant) {
  static std::mutex mutex;
  static std::map<const peak::Variant*, double> known;
  std::lock_guard lock(mutex);
  const auto [entry, inserted] = known.try_emplace(&variant, 0.0);
  if (inserted) entry->second = BestRate(variant.run) * variant.ops_per_iteration;
  return entry->second;
}

constexpr int kAddsPerIteration = 64;

// A register operand: additions of a constant may be done by renaming, in no time.
void DependentAdds(int64_t iterations) {
  uint64_t sum = 0;
  const uint64_t one = 1;
  __asm__ volatile(R"(
    .p2align 6
  1:
    .rept 64
    add %[one], %[sum]
    .endr
    dec %[n]
    jnz 1b
  )"
                   : [n] "+r"(iterations), [sum] "+r"(sum)
                   : [one] "r"(one)
                   : "cc");
}

}  // namespace

Result<Peak> MeasurePeak(ComputeType type, IsaSet usable) {
  const bool int8 = type != ComputeType::kF32;
  Peak best;
  for (const peak::Variant* variant : peak::AllVariants()) {
    if (variant->int8 != int8 || !(usable & DetectedIsas()).has(variant->isa)) continue;
    const double ops_per_s = OpsPerSecond(*variant);
    if (ops_per_s > best.ops_per_s) best = {ops_per_s, variant->name};
  }
  if (best.variant.empty()) {
    return Error("no peak of " + std::string(Name(type)) + " for the instruction sets '" +
                 usable.ToString() + "': the loops need at least avx2");
  }
  return best;
}

double MeasureClockHz() { return BestRate(DependentAdds) * kAddsPerIteration; }

}  // namespace assay::measure
