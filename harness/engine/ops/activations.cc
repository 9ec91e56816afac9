// Activations whose parameters are attributes, with ONNX's defaults.
#include <algorithm>
#include <cmath>

#include "harness/engine/pointwise.h"

namespace assay::engine {
namespace {

// kMake turns a node into the function of one real number that it stands for.
template <auto kMake>
constexpr Lowering Activation(std::string_view op_type) {
  return {.op_type = op_type,
          .infer = [](Inference& inference) { return InferPointwise(inference, kReals); },
          .lower = [](const Node& node,
                      Lowerer& lowerer) { return LowerReal(node, lowerer, kMake(node)); },
          .pointwise = true};
}

constexpr auto kCelu = [](const Node& node) {
  return [alpha = node.Float("alpha", 1.0f)]<typename T>(T x) {
    return x > T{0} ? x : alpha * std::expm1(x / alpha);  // NaN stays NaN.
  };
};

constexpr auto kElu = [](const Node& node) {
  return [alpha = node.Float("alpha", 1.0f)]<typename T>(T x) {
    return x < T{0} ? alpha * std::expm1(x) : x;
  };
};

constexpr auto kHardSigmoid = [](const Node& node) {
  return [alpha = node.Float("alpha", 0.2f), beta = node.Float("beta", 0.5f)]<typename T>(T x) {
    return std::min(std::max(static_cast<T>(alpha * x + beta), T{0}), T{1});  // NaN stays NaN.
  };
};

constexpr auto kLeakyRelu = [](const Node& node) {
  return [alpha = node.Float("alpha", 0.01f)]<typename T>(T x) { return x < T{0} ? alpha * x : x; };
};

constexpr auto kSelu = [](const Node& node) {
  return [alpha = node.Float("alpha", 1.67326319217681884765625f),
          gamma = node.Float("gamma", 1.05070102214813232421875f)]<typename T>(T x) {
    return gamma * (x > T{0} ? x : alpha * std::expm1(x));
  };
};

constexpr auto kShrink = [](const Node& node) {
  return [bias = node.Float("bias", 0.0f), lambda = node.Float("lambd", 0.5f)]<typename T>(T x) {
    return x < -lambda ? x + bias : x > lambda ? x - bias : T{0};
  };
};

constexpr auto kThresholdedRelu = [](const Node& node) {
  return [alpha = node.Float("alpha", 1.0f)]<typename T>(T x) { return x > alpha ? x : T{0}; };
};

constexpr Lowering kMembers[] = {Activation<kCelu>("Celu"),
                                 Activation<kElu>("Elu"),
                                 Activation<kHardSigmoid>("HardSigmoid"),
                                 Activation<kLeakyRelu>("LeakyRelu"),
                                 Activation<kSelu>("Selu"),
                                 Activation<kShrink>("Shrink"),
                                 Activation<kThresholdedRelu>("ThresholdedRelu")};

}  // namespace

extern const Lowering activations;
const Lowering activations = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
