// NegativeLogLikelihoodLoss, and SoftmaxCrossEntropyLoss, which is the same behind LogSoftmax.
#include <algorithm>
#include <cmath>
#include <optional>

#include "harness/engine/indices.h"
#include "harness/engine/line.h"
#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

// Inputs: [n, c, ...] scores, [n, ...] targets, optionally [c] weights.
Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 3));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, kIndices));
  const Shape &scores = inference.shape(0), &targets = inference.shape(1);
  if (scores.rank() < 2 || scores[1] == 0) {
    return inference.Error("scores {} have no classes", scores.ToString());
  }
  std::vector<int64_t> expected = scores.dims();
  expected.erase(expected.begin() + 1);
  if (targets.dims() != expected) {
    return inference.Error("targets {} do not fit scores {}", targets.ToString(),
                           scores.ToString());
  }
  if (inference.has(2)) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(2, {DType::kF32}));
    if (inference.shape(2) != Shape{scores[1]}) {
      return inference.Error("weights {} do not fit {} classes", inference.shape(2).ToString(),
                             scores[1]);
    }
  }
  const bool none = inference.node().String("reduction", "mean") == "none";
  ASSAY_RETURN_IF_ERROR(inference.Set(0, DType::kF32, none ? targets : Shape{}));
  if (inference.node().op_type == "NegativeLogLikelihoodLoss") return {};
  return inference.Set(1, DType::kF32, scores);
}

// The loss of log-probabilities, by the node's other inputs.
void AddLoss(const Node& node, Lowerer& lowerer, const Operand& logs) {
  const Operand targets = lowerer.Dense(node.input(1));
  const Operand weights = node.has_input(2) ? lowerer.Dense(node.input(2)) : Operand();
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  std::vector<Operand> reads = {logs, targets};
  if (node.has_input(2)) reads.push_back(weights);
  std::optional<int64_t> ignored;
  if (node.Has("ignore_index")) ignored = node.Int("ignore_index", 0);
  const std::string reduction = node.String("reduction", "mean");
  const bool none = reduction == "none", mean = reduction == "mean";
  const Lines lines = LinesOf(logs.shape, 1);
  lowerer.Add(node, reads, {dst}, [=, name = node.name](const Frame& frame) -> Status {
    const float* from = frame.At<const float>(logs);
    const float* weight = weights.buffer < 0 ? nullptr : frame.At<const float>(weights);
    float* to = frame.At<float>(dst);
    const Indices target(frame, targets);
    double sum = 0, total = 0;
    for (int64_t line = 0; line < lines.lines(); ++line) {
      if (ignored == target[line]) {
        if (none) to[line] = 0;
        continue;
      }
      const int64_t c = target[line] < 0 ? -1 : target.At(line, lines.count);
      if (c < 0) return OutsideError(name, target[line], lines.count);
      const double w = weight == nullptr ? 1.0 : weight[c];
      const double loss = -w * from[lines.StartOf(line) + c * lines.inner];
      if (none) to[line] = static_cast<float>(loss);
      sum += loss;
      total += w;
    }
    if (!none) to[0] = static_cast<float>(mean ? sum / total : sum);
    return {};
  });
}

Status LowerLikelihood(const Node& node, Lowerer& lowerer) {
  AddLoss(node, lowerer, lowerer.Dense(node.input(0)));
  return {};
}

// log of softmax over the classes.
Status LowerCrossEntropy(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0));
  const bool wanted = node.outputs.size() > 1 && !node.outputs[1].empty();
  const Operand logs = wanted ? lowerer.New(node.outputs[1], Order::kDense)
                              : lowerer.Scratch(DType::kF32, src.shape);
  const Lines lines = LinesOf(src.shape, 1);
  lowerer.Add(node, {src}, {logs}, [=](const Frame& frame) -> Status {
    frame.pool->Run(lines.lines(), [&](int64_t line, int) {
      const float* from = frame.At<const float>(src) + lines.StartOf(line);
      float* to = frame.At<float>(logs) + lines.StartOf(line);
      float most = from[0];
      for (int64_t i = 1; i < lines.count; ++i) most = std::max(most, from[i * lines.inner]);
      double sum = 0;
      for (int64_t i = 0; i < lines.count; ++i) {
        sum += std::exp(double{from[i * lines.inner]} - most);
      }
      const double log = std::log(sum);
      for (int64_t i = 0; i < lines.count; ++i) {
        to[i * lines.inner] = static_cast<float>(from[i * lines.inner] - most - log);
      }
    });
    return {};
  });
  AddLoss(node, lowerer, logs);
  return {};
}

constexpr Lowering kMembers[] = {
    {.op_type = "NegativeLogLikelihoodLoss", .infer = Infer, .lower = LowerLikelihood},
    {.op_type = "SoftmaxCrossEntropyLoss", .infer = Infer, .lower = LowerCrossEntropy}};

}  // namespace

extern const Lowering losses;
const Lowering losses = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
