#include <limits>

#include "harness/engine/affine.h"
#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"
#include "harness/engine/rows.h"
#include "kernels/base/quant.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/layout/layout.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 3));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  if (inference.has(2)) ASSAY_RETURN_IF_ERROR(inference.ExpectType(2, {DType::kU8, DType::kI8}));
  const DType result = inference.has(2) ? inference.dtype(2) : DType::kU8;
  ASSAY_RETURN_IF_ERROR(CheckAffine(inference, result));
  return inference.Set(0, result, inference.shape(0));
}

// As ONNX defines it, for any parameters and strides.
template <typename T>
void LowerPlain(const Node& node, Lowerer& lowerer, const Affine& affine, const Operand& src,
                const Operand& dst) {
  Strides parameter(static_cast<size_t>(src.shape.rank()), 0);
  if (!affine.per_tensor()) parameter[static_cast<size_t>(affine.axis)] = 1;
  const LoopNest<3> nest(dst.shape, {dst.strides, src.strides, parameter});
  constexpr int32_t lo = std::numeric_limits<T>::min(), hi = std::numeric_limits<T>::max();
  lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    const float* from = frame.At<const float>(src);
    T* to = frame.At<T>(dst);
    const auto steps = nest.steps();
    nest.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.inner(); ++i) {
        const auto p = static_cast<size_t>(at[2] + i * steps[2]);
        to[at[0] + i * steps[0]] = static_cast<T>(RoundClamp(
            from[at[1] + i * steps[1]] / affine.scales[p], affine.zero_points[p], lo, hi));
      }
    });
    return {};
  });
}

// One pair of parameters, u8: the kernels of the family.
void LowerU8(const Node& node, Lowerer& lowerer, QuantParams params) {
  const IsaSet usable = lowerer.usable();
  const std::string& result = node.outputs[0];
  const Operand& src = lowerer.Get(node.input(0));
  const bool image = src.ChannelsLast() || lowerer.WantsImage(result);
  if (image && src.IsDense()) {
    const Operand dense = src, dst = lowerer.New(result, Order::kImage);
    if (dst.PixelStride() == dst.shape[1]) {
      const int64_t n = dst.shape[0], c = dst.shape[1], hw = dst.shape[2] * dst.shape[3];
      lowerer.Add(node, {dense}, {dst}, [=](const Frame& frame) -> Status {
        layout::NchwF32ToNhwcU8(n, c, hw, params, frame.At<const float>(dense),
                                frame.At<uint8_t>(dst), *frame.pool, usable);
        return {};
      });
      return;
    }
  }
  const Order order = image ? Order::kImage : Order::kDense;
  const Operand from = lowerer.In(order, node.input(0));
  const Operand dst = lowerer.New(result, order);
  const elementwise::Rows rows = RowsOf(from, nullptr, dst);
  lowerer.Add(node, {from}, {dst}, [=](const Frame& frame) -> Status {
    elementwise::QuantizeF32U8(rows, params, frame.At<const float>(from), frame.At<uint8_t>(dst),
                               *frame.pool, usable);
    return {};
  });
}

// Parameters by channel are not by image.
bool PerImage(const Inference& inference) {
  return inference.shape(1).elements() == 1 ? OnlyFirstIsBatch(inference)
                                            : WorksWithinImages(inference, 1);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const DType dtype = lowerer.type(node.outputs[0]).dtype;
  const Affine affine = AffineOf(node, lowerer.shape(node.input(0)).rank(), dtype,
                                 [&](const std::string& value) { return lowerer.constant(value); });
  if (dtype == DType::kU8 && affine.per_tensor()) {
    LowerU8(node, lowerer, {affine.scales[0], affine.zero_points[0]});
    return {};
  }
  const Operand src = lowerer.Get(node.input(0));
  const Operand dst =
      lowerer.New(node.outputs[0], src.ChannelsLast() ? Order::kImage : Order::kDense);
  dtype == DType::kU8 ? LowerPlain<uint8_t>(node, lowerer, affine, src, dst)
                      : LowerPlain<int8_t>(node, lowerer, affine, src, dst);
  return {};
}

}  // namespace

extern const Lowering quantize_linear;
const Lowering quantize_linear = {
    .op_type = "QuantizeLinear", .infer = Infer, .lower = Lower, .per_image = PerImage};

}  // namespace assay::engine
