#include "harness/engine/affine.h"
#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"
#include "harness/engine/rows.h"
#include "kernels/base/quant.h"
#include "kernels/elementwise/elementwise.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 3));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kU8, DType::kI8, DType::kI32}));
  ASSAY_RETURN_IF_ERROR(CheckAffine(inference, inference.dtype(0)));
  return inference.Set(0, DType::kF32, inference.shape(0));
}

// As ONNX defines it, for any parameters and strides.
template <typename T>
void LowerPlain(const Node& node, Lowerer& lowerer, const Affine& affine, const Operand& src,
                const Operand& dst) {
  Strides parameter(static_cast<size_t>(src.shape.rank()), 0);
  if (!affine.per_tensor()) parameter[static_cast<size_t>(affine.axis)] = 1;
  const LoopNest<3> nest(dst.shape, {dst.strides, src.strides, parameter});
  lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    const T* from = frame.At<const T>(src);
    float* to = frame.At<float>(dst);
    const auto steps = nest.steps();
    nest.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.inner(); ++i) {
        const auto p = static_cast<size_t>(at[2] + i * steps[2]);
        const int64_t centered = int64_t{from[at[1] + i * steps[1]]} - affine.zero_points[p];
        to[at[0] + i * steps[0]] = static_cast<float>(centered) * affine.scales[p];
      }
    });
    return {};
  });
}

// One pair of parameters, u8: the kernel of the family.
void LowerU8(const Node& node, Lowerer& lowerer, QuantParams params) {
  const Order order = lowerer.Get(node.input(0)).ChannelsLast() ? Order::kImage : Order::kDense;
  const Operand src = lowerer.In(order, node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], order);
  const elementwise::Rows rows = RowsOf(src, nullptr, dst);
  lowerer.Add(node, {src}, {dst}, [=, usable = lowerer.usable()](const Frame& frame) -> Status {
    elementwise::DequantizeU8F32(rows, params, frame.At<const uint8_t>(src), frame.At<float>(dst),
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
  const ValueType& type = lowerer.type(node.input(0));
  const Affine affine = AffineOf(node, type.shape.rank(), type.dtype,
                                 [&](const std::string& value) { return lowerer.constant(value); });
  if (type.dtype == DType::kU8 && affine.per_tensor()) {
    LowerU8(node, lowerer, {affine.scales[0], affine.zero_points[0]});
    return {};
  }
  const Operand src = lowerer.Get(node.input(0));
  const Operand dst =
      lowerer.New(node.outputs[0], src.ChannelsLast() ? Order::kImage : Order::kDense);
  if (type.dtype == DType::kU8) LowerPlain<uint8_t>(node, lowerer, affine, src, dst);
  if (type.dtype == DType::kI8) LowerPlain<int8_t>(node, lowerer, affine, src, dst);
  if (type.dtype == DType::kI32) LowerPlain<int32_t>(node, lowerer, affine, src, dst);
  return {};
}

}  // namespace

extern const Lowering dequantize_linear;
const Lowering dequantize_linear = {
    .op_type = "DequantizeLinear", .infer = Infer, .lower = Lower, .per_image = PerImage};

}  // namespace assay::engine
