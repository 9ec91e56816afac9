// Tuned: which variant was the fastest on this machine, kept in a file that dispatch follows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/tuning.h"

namespace assay::measure {

// Names the file that plans follow.
inline constexpr const char* kTunedVariable = "ASSAY_TUNED";

// Of contests for winners, where nothing else is said (compare/contest.h).
inline constexpr double kTunedMargin = 0.04, kTunedLevel = 0.95;

struct TunedShape {
  std::string shape;                 // As the catalog spells it.
  int threads = 1;                   // The winner holds for so many alone.
  std::string variant;               // The winner.
  std::string dispatch;              // What dispatch picks by itself.
  double ratio = 1, lo = 1, hi = 1;  // Dispatch's time by that of the best of the others.
  int64_t processes = 0;             // That decided; 0: no other variant came near.
};

// {"shape", "threads", "variant", "dispatch", "processes", "dispatch_to_best_other"}
nlohmann::json ToJson(const TunedShape& shape);
// Its inverse; the shape and the variant alone must be there. Error: what is not whole.
Result<TunedShape> ParseTunedShape(const nlohmann::json& json);

// A file's content, with this machine's fingerprint and this build's version. `margin` and `level`:
// of the latest contest.
nlohmann::json ToJson(std::span<const TunedShape> shapes, double margin = kTunedMargin,
                      double level = kTunedLevel);

// What such a file holds. Error: the file cannot be read, is none of these, is of another machine
// or version, or names a shape or a variant that does not exist.
Result<std::vector<TunedShape>> ReadTunedShapes(const std::string& file);

// For plans to follow; `origin` as of Tuning.
Tuning ToTuning(std::string origin, std::span<const TunedShape> shapes);
Result<Tuning> ReadTuned(const std::string& file);

// Where winners of this machine are kept for all searches: assay/tuned-FINGERPRINT.json in
// $XDG_CACHE_HOME, else in ~/.cache; empty where there is neither.
std::filesystem::path TunedCache();

// Plans follow the file that the environment variable names, if it names one. Error: as
// ReadTunedShapes.
Status UseTunedOfEnvironment();

}  // namespace assay::measure
