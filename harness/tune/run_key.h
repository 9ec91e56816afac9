// RunKey: what a trial's numbers depend on. A journal continues only a run of the same key.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/graph/graph.h"
#include "harness/tune/config.h"
#include "kernels/base/status.h"

namespace assay::tune {

// Hashes are FNV-1a 64, 16 hexadecimal digits: against accidents, not against forgery.
struct RunKey {
  std::string model;          // Of the file's bytes and its weights, wherever they are stored.
  std::string data;           // Of calibration, evaluation and confirmation samples.
  std::string configuration;  // Of TuneConfig::identity.
  uint64_t seed = 0;
  std::string version;  // Of Assay.
  std::string machine;  // CPU and instruction sets: timings of two machines do not mix.

  bool operator==(const RunKey&) const = default;
};

// `data` joins the fingerprints of all samples. Error: the model cannot be read.
Result<RunKey> MakeRunKey(const TuneConfig& config, const Graph& model, const std::string& data);

nlohmann::json ToJson(const RunKey& key);
// Error: not a key.
Result<RunKey> ParseRunKey(const nlohmann::json& json);

// "model (…), seed 3 instead of 7": in which parts the first differs from the second, or "".
std::string Differences(const RunKey& found, const RunKey& wanted);

}  // namespace assay::tune
