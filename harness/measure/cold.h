// Single calls after everything was pushed out of the caches; then the activations are read again,
// as a running model leaves them there: its memory for them is small and used over and over, and
// the layer before has just written the source. What is missed is weights and code.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace assay::measure {

struct ColdSubject {
  std::function<void()> run;
  std::vector<std::span<const uint8_t>> activations;  // Read before every call, the source last.
};

struct ColdOptions {
  bool cpu_time = true;  // Of the calling thread; otherwise wall time, for several threads.
  double budget_s = 3;   // Of wall time; min_rounds are done whatever it says.
  int min_rounds = 5;
  int max_rounds = 61;
  uint64_t seed = 1;                // Of the order.
  std::function<bool()> stop = {};  // Asked before every round.
};

// Seconds of a call, by subject and round: the mean of the two calls of the round. Rounds are
// interleaved as in measure/runner.
std::vector<std::vector<double>> TimeCold(std::span<const ColdSubject> subjects,
                                          const ColdOptions& options = {});

}  // namespace assay::measure
