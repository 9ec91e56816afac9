#include "harness/engine/integer_product.h"

#include <vector>

#include "harness/engine/rows.h"
#include "kernels/elementwise/elementwise.h"

namespace assay::engine {
namespace {

// A row per pixel, or per row of a dense matrix.
elementwise::Rows ChannelRows(const Operand& src, const Operand& dst, int64_t channels) {
  if (dst.shape.rank() == 4 && dst.PixelStride() > 0 && dst.shape[1] == channels) {
    return PixelRows(src, dst);
  }
  return {.rows = dst.elements() / channels,
          .count = channels,
          .src_stride = channels,
          .other_stride = 0,
          .dst_stride = channels};
}

void AddDequantization(const Node& node, Lowerer& lowerer, const Operand& sums, const Operand& dst,
                       const elementwise::Rows& rows) {
  std::vector<float> scale = std::get<std::vector<float>>(node.attributes.at("scale"));
  scale.resize(static_cast<size_t>(rows.count), scale[0]);
  const OutputStage clamp = FloatStage(node);
  lowerer.CountPackedBytes(scale.size() * sizeof(float));
  auto added = lowerer.Add(
      node, {sums}, {dst},
      [=, lo = clamp.lo, hi = clamp.hi, usable = lowerer.usable()](const Frame& frame) -> Status {
        elementwise::DequantizeS32F32(rows, scale.data(), frame.At<const int32_t>(sums),
                                      frame.At<float>(dst), lo, hi, *frame.pool, usable);
        return {};
      });
  added.info.op = "Dequantize";
}

}  // namespace

Status AddIntegerProduct(const Node& node, Lowerer& lowerer, const Convolution& product,
                         Order order) {
  Convolution integer = product;
  integer.stage = IntegerStage(node);
  const std::string& result = node.outputs[0];
  if (IsRequantized(node)) {
    integer.type = ComputeType::kU8S8U8;
    integer.dst = lowerer.New(result, order);
    if (node.has_input(3)) integer.residual = lowerer.In(order, node.input(3));
    return AddConvolution(node, lowerer, integer);
  }
  integer.type = ComputeType::kU8S8S32;
  const Shape& shape = lowerer.shape(result);
  integer.dst = order == Order::kImage ? lowerer.ScratchImage(DType::kI32, shape)
                                       : lowerer.Scratch(DType::kI32, shape);
  ASSAY_RETURN_IF_ERROR(AddConvolution(node, lowerer, integer));
  const Operand dst = lowerer.New(result, order);
  AddDequantization(node, lowerer, integer.dst, dst,
                    ChannelRows(integer.dst, dst, integer.spec.oc));
  return {};
}

}  // namespace assay::engine
