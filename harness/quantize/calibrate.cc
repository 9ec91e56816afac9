#include "harness/quantize/calibrate.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/engine/session.h"
#include "harness/engine/tensors.h"
#include "harness/quantize/observer.h"
#include "harness/quantize/rewrite.h"
#include "kernels/base/nearest_name.h"

namespace assay::quantize {
namespace {

using Observers = std::map<std::string, std::unique_ptr<Observer>>;

Result<std::unique_ptr<engine::Session>> MakeSession(const Graph& graph, int64_t batch,
                                                     const Observers& observers,
                                                     const CalibrationOptions& calibration) {
  engine::PlanOptions options;
  options.batch = batch;
  options.threads = calibration.threads;
  options.winograd_bytes = calibration.winograd_bytes;
  for (const auto& [value, observer] : observers) options.keep.insert(value);
  ASSAY_ASSIGN_OR_RETURN(auto plan, engine::Plan::Build(graph, options));
  return std::make_unique<engine::Session>(std::make_shared<const engine::Plan>(std::move(plan)),
                                           calibration.threads);
}

Status ObserveBatch(engine::Session& session, int64_t first, const BatchSource& source,
                    Observers& observers) {
  std::vector<Tensor> inputs = engine::Allocate(session.plan().inputs());
  std::vector<Tensor> outputs = engine::Allocate(session.plan().outputs());
  const std::vector<TensorView> input_views = engine::Views(inputs);
  ASSAY_RETURN_IF_ERROR(source(first, input_views));
  ASSAY_RETURN_IF_ERROR(session.Run(input_views, engine::Views(outputs)));
  const bool batched = !inputs.empty() && inputs[0].shape().rank() > 0;
  const int64_t batch = batched ? inputs[0].shape()[0] : 0;
  for (auto& [value, observer] : observers) {
    const TensorView view = session.Value(value);
    const auto elements = view.as<const float>();
    // A value that keeps the samples apart is observed one by one.
    const bool apart = view.shape.rank() > 0 && view.shape[0] == batch && batch > 0;
    const size_t sample = elements.size() / static_cast<size_t>(apart ? batch : 1);
    for (size_t begin = 0; begin < elements.size(); begin += sample) {
      observer->Observe(elements.subspan(begin, sample));
    }
  }
  return {};
}

}  // namespace

Result<Ranges> Calibrate(const Graph& graph, const BatchSource& source,
                         const CalibrationOptions& options) {
  ASSAY_ASSIGN_OR_RETURN(const ObserverEntry* entry,
                         FindEntry("calibration algorithm", options.algorithm, AllObservers()));
  Observers observers;
  for (const std::string& value : CalibratedValues(graph)) observers[value] = entry->make();

  std::unique_ptr<engine::Session> session;
  int64_t batch = 0;
  for (int64_t first = 0; first < options.samples; first += batch) {
    if (options.stop && options.stop()) return Error("interrupted");
    const int64_t wanted = std::min(options.batch_size, options.samples - first);
    if (wanted != batch) {
      batch = wanted;
      ASSAY_ASSIGN_OR_RETURN(session, MakeSession(graph, batch, observers, options));
    }
    ASSAY_RETURN_IF_ERROR(ObserveBatch(*session, first, source, observers));
    if (options.progress) options.progress(first + batch, options.samples);
  }
  Ranges ranges;
  for (const auto& [value, observer] : observers) ranges[value] = observer->range();
  return ranges;
}

}  // namespace assay::quantize
