// Bars: what the ratios to ONNX Runtime must come out as, data of a text file
// (bench/shapes/bars_onnxruntime.txt).
#pragma once

#include <optional>
#include <regex>
#include <span>
#include <string>
#include <vector>

#include "bench/peers/onnxruntime/record.h"
#include "kernels/base/status.h"

namespace assay::bench {

// A bar on the ratios of one contest whose cases match; what is not asked is empty.
struct ModelBar {
  std::string contest, pattern;
  std::regex cases;
  std::optional<double> each;  // The least ratio of every case.
  std::optional<double> mean;  // The least geometric mean of ratios.
};

// Lines of four columns "contest cases each mean", "-" for what is not asked, "#" starts a comment.
// Error: the line that is not such.
Result<std::vector<ModelBar>> ReadModelBars(const std::string& file);

// A sentence for every bar that is missed. A bar without a matching case is not missed.
std::vector<std::string> MissedBars(std::span<const ModelBar> bars,
                                    std::span<const Record> records);

}  // namespace assay::bench
