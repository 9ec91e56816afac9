#include <cmath>

#include "harness/engine/fuse.h"
#include "harness/engine/fusions/fusions.h"
#include "harness/engine/lowering.h"
#include "harness/engine/pattern.h"
#include "harness/engine/requantization.h"

namespace assay::engine {
namespace {

// Integer operands of a product.
struct Operands {
  Codes x;
  std::string weights, bias;  // Initializers; bias may be "".
  std::vector<float> scale;   // x scale * weight scale: one, or one per output channel.
};

// s8 weights of zero point 0, one scale or one per index of `axis`.
bool MatchWeights(const Pattern& pattern, const std::string& value, int axis, Operands& operands) {
  const int dequantize = pattern.Producer(value);
  if (!pattern.Is(dequantize, "DequantizeLinear")) return false;
  operands.weights = pattern.node(dequantize).input(0);
  const Tensor* weights = pattern.constant(operands.weights);
  const Affine affine = pattern.AffineOfNode(dequantize);
  if (weights == nullptr || affine.dtype != DType::kI8) return false;
  if (!affine.per_tensor() && affine.axis != axis) return false;
  for (int32_t zero_point : affine.zero_points) {
    if (zero_point != 0) return false;
  }
  for (float scale : affine.scales) {
    const float product = operands.x.params.scale * scale;
    if (!(product > 0) || !std::isfinite(product)) return false;
    operands.scale.push_back(product);
  }
  return true;
}

// None, or [channels] of int32 whose scale is that of the accumulators, up to rounding.
bool MatchBias(const Pattern& pattern, const std::string& value, int64_t channels,
               Operands& operands) {
  if (value.empty()) return true;
  const int dequantize = pattern.Producer(value);
  if (!pattern.Is(dequantize, "DequantizeLinear")) return false;
  operands.bias = pattern.node(dequantize).input(0);
  const Tensor* bias = pattern.constant(operands.bias);
  const Affine affine = pattern.AffineOfNode(dequantize);
  if (bias == nullptr || affine.dtype != DType::kI32 || bias->shape() != Shape{channels}) {
    return false;
  }
  for (size_t i = 0; i < static_cast<size_t>(channels); ++i) {
    const float expected = operands.scale[operands.scale.size() == 1 ? 0 : i];
    const size_t k = affine.per_tensor() ? 0 : i;
    if (affine.zero_points[k] != 0) return false;
    if (!(std::abs(affine.scales[k] - expected) <= 1e-6f * expected)) return false;
  }
  return true;
}

bool PlainGemm(const Node& node) {
  return node.Int("transA", 0) == 0 && node.Float("alpha", 1.0f) == 1.0f &&
         (!node.has_input(2) || node.Float("beta", 1.0f) == 1.0f);
}

// The axis of the weights that counts output channels; -1 where the node is no product that an
// integer kernel does.
int ChannelAxis(const Pattern& pattern, int index) {
  const Node& node = pattern.node(index);
  if (node.inputs.size() > 3 || node.Has(kLo)) return -1;
  if (pattern.Is(index, "Conv")) return pattern.shape(node.input(1)).rank() == 4 ? 0 : -1;
  const bool matrix = pattern.Is(index, "MatMul") && pattern.shape(node.input(1)).rank() == 2;
  const bool gemm = pattern.Is(index, "Gemm") && PlainGemm(node);
  if (!matrix && !gemm) return -1;
  if (pattern.shape(node.input(1)).elements() == 0) return -1;
  return node.Int("transB", 0) != 0 ? 0 : 1;
}

std::optional<Operands> MatchOperands(const Pattern& pattern, int index) {
  const int axis = ChannelAxis(pattern, index);
  if (axis < 0) return {};
  const Node& node = pattern.node(index);
  const std::optional<Codes> x = pattern.Dequantized(node.input(0));
  if (!x) return {};
  Operands operands{*x, "", "", {}};
  if (!MatchWeights(pattern, node.input(1), axis, operands)) return {};
  const int64_t channels = pattern.shape(node.input(1))[axis];
  if (!MatchBias(pattern, node.input(2), channels, operands)) return {};
  return operands;
}

void Rewrite(Pattern& pattern, int index, Operands operands) {
  Node fused = pattern.node(index);
  std::vector<int> members = {index};
  const bool conv = fused.op_type == "Conv";
  fused.op_type = conv ? "QConv" : "QGemm";
  fused.domain = kFusedDomain;
  fused.inputs = {operands.x.value, operands.weights, operands.bias};
  SetIntegerProduct(fused, operands.x.params.zero_point, std::move(operands.scale));

  const Clamp clamp = ClampBehind(pattern, fused.outputs[0]);
  if (clamp.node >= 0) members.push_back(clamp.node);
  fused.outputs = {clamp.value};
  int quantize = -1;
  if (const std::optional<Codes> result = pattern.Quantized(clamp.value, quantize)) {
    members.push_back(quantize);
    fused.outputs = {result->value};
    SetRequantized(fused, result->params, clamp.lo, clamp.hi);
  } else {
    fused.attributes[kLo] = clamp.lo;
    fused.attributes[kHi] = clamp.hi;
  }
  const int last = members.back();
  pattern.Replace(members, last, std::move(fused));
}

}  // namespace

Status FuseIntegerProducts(Graph& graph, const Types& types) {
  Pattern pattern(graph, types);
  for (int i = 0; i < static_cast<int>(pattern.size()); ++i) {
    if (!pattern.alive(i)) continue;
    if (std::optional<Operands> operands = MatchOperands(pattern, i)) {
      Rewrite(pattern, i, *std::move(operands));
    }
  }
  pattern.Commit();
  return {};
}

}  // namespace assay::engine
