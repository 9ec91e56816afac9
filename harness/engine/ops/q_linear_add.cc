// QLinearAdd of com.microsoft: A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale,
// C_zero_point.
#include <limits>

#include "harness/engine/broadcast.h"
#include "harness/engine/quantized_operand.h"
#include "kernels/base/quant.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 8));
  for (size_t i : {size_t{1}, size_t{3}, size_t{4}, size_t{6}}) {
    if (!inference.has(i)) return inference.Error("input {} is missing", i);
  }
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kU8, DType::kI8}));
  const DType dtype = inference.dtype(0);
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(3, {dtype}));
  ASSAY_RETURN_IF_ERROR(CheckQuantized(inference, 1, 2, dtype, 0));
  ASSAY_RETURN_IF_ERROR(CheckQuantized(inference, 4, 5, dtype, 0));
  ASSAY_RETURN_IF_ERROR(CheckQuantized(inference, 6, 7, dtype, 0));
  ASSAY_ASSIGN_OR_RETURN(const Shape shape,
                         BroadcastShape(inference.node(), inference.shape(0), inference.shape(3)));
  return inference.Set(0, dtype, shape);
}

// Both as reals, their sum in float, quantized.
template <typename T>
void AddSum(const Node& node, Lowerer& lowerer) {
  using Limits = std::numeric_limits<T>;
  const Operand a = lowerer.Get(node.input(0)), b = lowerer.Get(node.input(3));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const auto scale = [&](size_t i) { return ScalesOf(node, lowerer, i)[0]; };
  const auto zero = [&](size_t i) { return ZeroPointsOf(node, lowerer, i)[0]; };
  const QuantParams pa{scale(1), zero(2)}, pb{scale(4), zero(5)}, pc{scale(6), zero(7)};
  const LoopNest<3> nest(dst.shape, {dst.strides, a.BroadcastStrides(dst.shape),
                                     b.BroadcastStrides(dst.shape)});
  lowerer.Add(node, {a, b}, {dst}, [=](const Frame& frame) -> Status {
    T* to = frame.At<T>(dst);
    const T *lhs = frame.At<const T>(a), *rhs = frame.At<const T>(b);
    const auto steps = nest.steps();
    nest.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.inner(); ++i) {
        const float x = static_cast<float>(lhs[at[1] + i * steps[1]] - pa.zero_point) * pa.scale;
        const float y = static_cast<float>(rhs[at[2] + i * steps[2]] - pb.zero_point) * pb.scale;
        to[at[0] + i * steps[0]] = static_cast<T>(
            RoundClamp((x + y) / pc.scale, pc.zero_point, Limits::min(), Limits::max()));
      }
    });
    return {};
  });
}

Status Lower(const Node& node, Lowerer& lowerer) {
  if (lowerer.type(node.input(0)).dtype == DType::kU8) {
    AddSum<uint8_t>(node, lowerer);
  } else {
    AddSum<int8_t>(node, lowerer);
  }
  return {};
}

}  // namespace

extern const Lowering q_linear_add;
const Lowering q_linear_add = {
    .op_type = "QLinearAdd", .domain = "com.microsoft", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
