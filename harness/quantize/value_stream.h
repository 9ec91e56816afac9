// ValueStream: one value of a graph, over samples, batch by batch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/engine/session.h"
#include "harness/graph/graph.h"
#include "harness/quantize/calibrate.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::quantize {

class ValueStream {
 public:
  // What `value` does not depend on is not run.
  ValueStream(const Graph& graph, const std::string& value, const CalibrationOptions& options);

  // The value for one batch of inputs (as engine::Allocate makes them), valid until the next call.
  // Error: the graph cannot be planned, or does not take them.
  Result<TensorView> Run(std::vector<Tensor>& inputs);

 private:
  Graph graph_;
  std::string value_;
  const CalibrationOptions& options_;
  int64_t batch_ = -1;
  std::unique_ptr<engine::Session> session_;
  std::vector<Tensor> outputs_;
};

// Inputs of a model, for as many samples as a calibration takes: filled batch by batch, and given
// to `consume` with the number of the first one. Error: as `source` or `consume` say,
// "interrupted".
Status ForEachBatch(
    const Graph& graph, const BatchSource& source, const CalibrationOptions& options,
    const std::function<Status(int64_t first, std::vector<Tensor>& inputs)>& consume);

// Several values of a graph for all samples, batch by batch, by name.
Status ForEachValue(
    const Graph& graph, const std::set<std::string>& values, const BatchSource& source,
    const CalibrationOptions& options,
    const std::function<void(const std::string& value, const TensorView& elements)>& consume);

}  // namespace assay::quantize
