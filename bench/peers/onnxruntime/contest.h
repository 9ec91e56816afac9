// Contest: one model at one batch size in both engines, same file, same input, all subjects in
// turns.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/peers/onnxruntime/ort.h"
#include "bench/peers/onnxruntime/record.h"
#include "kernels/base/status.h"

namespace assay::bench {

struct ContestOptions {
  std::string library;
  std::vector<int> threads = {1, 2};  // Ascending.
  int rounds = 100;
  int min_rounds = 5;
  double budget_s = 5;
  std::optional<int64_t> winograd_bytes;
  bool fresh = true;  // Memory and the time of plan building too.
};

// NAME.int8.onnx is raced against Assay's NAME.onnx too, where that is there; fp32 models without
// Winograd too.
Result<Record> RunContest(const std::shared_ptr<const Ort>& ort, const std::string& model,
                          int64_t batch, const ContestOptions& options);

}  // namespace assay::bench
