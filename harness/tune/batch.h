// Batch: what a model makes of some samples that lie side by side in the data.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "harness/data/pipeline.h"
#include "harness/engine/session.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::tune {

struct Batch {
  std::vector<int64_t> labels;
  std::vector<Tensor> outputs;  // All of the model, each [n, ...].
};

// Runs one model over batches in any order; keeps a session for each size.
class BatchRunner {
 public:
  using MakeSession = std::function<Result<std::unique_ptr<engine::Session>>(int64_t batch)>;

  explicit BatchRunner(MakeSession make) : make_(std::move(make)) {}

  // The samples [begin, begin + count), which must exist. Error: of the data, the plan or the run.
  Result<Batch> Run(const data::Pipeline& data, int64_t begin, int64_t count);

 private:
  MakeSession make_;
  std::map<int64_t, std::unique_ptr<engine::Session>> sessions_;
};

}  // namespace assay::tune
