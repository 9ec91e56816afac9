// ColdTimer: single calls after everything was pushed out of the caches; then the source, which the
// layer before would have just written, is read again. What is missed is weights and code. Clocks
// as race.h.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "bench/peers/contestant.h"
#include "kernels/base/buffer.h"

namespace assay::peers {

struct RaceOptions;

class ColdTimer {
 public:
  ColdTimer(std::span<const uint8_t> src, const RaceOptions& options);

  // Seconds of a call, by contestant and round; rounds are interleaved as in measure/runner.
  std::vector<std::vector<double>> Time(std::span<const std::unique_ptr<Contestant>> contestants);

 private:
  double TimeOne(Contestant& contestant);

  std::span<const uint8_t> src_;
  const RaceOptions& options_;
  Buffer eviction_;
};

}  // namespace assay::peers
