// How a tuning run ended. It is never silent: a status, the trial it is about, and an exit code.
#pragma once

#include <cstddef>
#include <optional>

namespace assay {

enum class TuneStatus {
  kSatisfied,   // a feasible trial that gains on the baseline
  kNoGain,      // feasible trials, but the best gains nothing: the fp32 model is what ships
  kBestEffort,  // nothing feasible: the closest trial is written, and named as such
};

struct Outcome {
  TuneStatus status = TuneStatus::kBestEffort;
  std::optional<size_t> best = {};  // index of the trial; empty where there was none at all
};

constexpr const char* Name(TuneStatus status) {
  switch (status) {
    case TuneStatus::kSatisfied:
      return "satisfied";
    case TuneStatus::kNoGain:
      return "no_gain";
    case TuneStatus::kBestEffort:
      return "best_effort";
  }
  return "?";
}

// The process's exit code.
constexpr int ExitCode(TuneStatus status) {
  switch (status) {
    case TuneStatus::kSatisfied:
      return 0;
    case TuneStatus::kNoGain:
      return 4;
    case TuneStatus::kBestEffort:
      return 3;
  }
  return 1;
}

}  // namespace assay
