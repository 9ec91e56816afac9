#include <cstring>

#include "harness/engine/indices.h"
#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, kIndices));
  const int64_t time = inference.node().Int("time_axis", 0);
  const int64_t batch = inference.node().Int("batch_axis", 1);
  if (time < 0 || time > 1 || batch != 1 - time || inference.shape(0).rank() < 2) {
    return inference.Error("time_axis {} and batch_axis {} are not the first two axes of {}", time,
                           batch, inference.shape(0).ToString());
  }
  const int64_t batches = inference.shape(0)[static_cast<int>(batch)];
  if (inference.shape(1) != Shape{batches}) {
    return inference.Error("lengths {} do not fit {} batches", inference.shape(1).ToString(),
                           batches);
  }
  return inference.Set(0, inference.dtype(0), inference.shape(0));
}

// The first `length` steps of every batch, in reverse; the others stay.
Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0)), lengths = lowerer.Dense(node.input(1));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const bool time_first = node.Int("time_axis", 0) == 0;
  const int64_t steps = src.shape[time_first ? 0 : 1], batches = src.shape[time_first ? 1 : 0];
  const auto bytes =
      static_cast<size_t>(src.shape.elements(2, src.shape.rank())) * SizeOf(src.dtype);
  lowerer.Add(node, {src, lengths}, {dst}, [=, name = node.name](const Frame& frame) -> Status {
    const auto* from = static_cast<const uint8_t*>(frame.Raw(src));
    auto* to = static_cast<uint8_t*>(frame.Raw(dst));
    const Indices length(frame, lengths);
    const auto at = [&](int64_t step, int64_t batch) {
      return static_cast<size_t>(time_first ? step * batches + batch : batch * steps + step) *
             bytes;
    };
    for (int64_t batch = 0; batch < batches; ++batch) {
      const int64_t count = length[batch];
      if (count < 0 || count > steps) {
        return Error(fmt::format("node '{}': a length of {} of {} steps", name, count, steps));
      }
      for (int64_t step = 0; step < steps; ++step) {
        const int64_t source = step < count ? count - 1 - step : step;
        std::memcpy(to + at(step, batch), from + at(source, batch), bytes);
      }
    }
    return {};
  });
  return {};
}

}  // namespace

extern const Lowering reverse_sequence;
const Lowering reverse_sequence = {.op_type = "ReverseSequence", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
