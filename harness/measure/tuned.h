// Tuned: which variant was the fastest on this machine, kept in a file that dispatch follows.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/tuning.h"

namespace assay::measure {

// Names the file that plans follow.
inline constexpr const char* kTunedVariable = "ASSAY_TUNED";

struct TunedShape {
  std::string shape;                 // As the catalog spells it.
  std::string variant;               // The winner.
  std::string dispatch;              // What dispatch picks by itself.
  double ratio = 1, lo = 1, hi = 1;  // Dispatch's time by that of the best of the others.
  int64_t processes = 0;             // That decided; 0: no other variant came near.
};

// With this machine's fingerprint and this build's version.
nlohmann::json ToJson(const std::vector<TunedShape>& shapes, int threads, double margin,
                      double level);

// Error: the file cannot be read, is none of these, is of another machine or version, or names a
// shape or a variant that does not exist.
Result<Tuning> ReadTuned(const std::string& file);

// Plans follow the file that the environment variable names, if it names one. Error: as ReadTuned.
Status UseTunedOfEnvironment();

}  // namespace assay::measure
