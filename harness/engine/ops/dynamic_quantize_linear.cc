#include <algorithm>
#include <cmath>

#include "harness/engine/lowering.h"
#include "kernels/base/quant.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  if (inference.node().outputs.size() != 3) return inference.Error("three outputs are expected");
  for (const std::string& output : inference.node().outputs) {
    if (output.empty()) return inference.Error("three outputs are expected");
  }
  if (inference.shape(0).elements() == 0) return inference.Error("the input is empty");
  ASSAY_RETURN_IF_ERROR(inference.Set(0, DType::kU8, inference.shape(0)));
  ASSAY_RETURN_IF_ERROR(inference.Set(1, DType::kF32, Shape{}));
  return inference.Set(2, DType::kU8, Shape{});
}

// The range of the values, with 0 inside, becomes that of uint8.
QuantParams ParamsOf(const float* values, int64_t count) {
  const auto [least, most] = std::minmax_element(values, values + count);
  const float lo = std::min(*least, 0.0f), hi = std::max(*most, 0.0f);
  const float scale = hi == lo ? 1.0f : (hi - lo) / 255.0f;
  const float zero_point = std::nearbyint(std::clamp(0.0f - lo / scale, 0.0f, 255.0f));
  return {scale, std::isfinite(zero_point) ? static_cast<int32_t>(zero_point) : 0};
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const Operand scale = lowerer.New(node.outputs[1], Order::kDense);
  const Operand zero_point = lowerer.New(node.outputs[2], Order::kDense);
  lowerer.Add(node, {src}, {dst, scale, zero_point}, [=](const Frame& frame) -> Status {
    const float* from = frame.At<const float>(src);
    uint8_t* to = frame.At<uint8_t>(dst);
    const QuantParams params = ParamsOf(from, src.elements());
    *frame.At<float>(scale) = params.scale;
    *frame.At<uint8_t>(zero_point) = static_cast<uint8_t>(params.zero_point);
    for (int64_t i = 0; i < src.elements(); ++i) to[i] = Quantize(from[i], params);
    return {};
  });
  return {};
}

}  // namespace

extern const Lowering dynamic_quantize_linear;
const Lowering dynamic_quantize_linear = {
    .op_type = "DynamicQuantizeLinear", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
