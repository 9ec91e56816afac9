#include "harness/engine/unfolded_codes.h"

#include <algorithm>
#include <memory>

#include "harness/engine/lookup_step.h"
#include "harness/engine/quantized_operand.h"
#include "kernels/conv/code_unfolding.h"
#include "kernels/gemm/row_code_product.h"

namespace assay::engine {
namespace {

using conv::CodeUnfolding;
using gemm::RowCodeProduct;

std::vector<conv::UnfoldAxis> UnfoldAxes(const std::vector<WindowAxis>& axes) {
  std::vector<conv::UnfoldAxis> list;
  for (const WindowAxis& axis : axes) {
    list.push_back(
        {axis.image, axis.kernel, axis.stride, axis.dilation, axis.pad_begin, axis.outputs});
  }
  return list;
}

// The weights as u8: as they lie, or with the other sign, made here where they are constant.
Result<Operand> WeightsAsU8(const Node& node, Lowerer& lowerer, const CodeInputs& inputs) {
  const std::string& name = node.input(inputs.b);
  if (lowerer.type(name).dtype == DType::kU8) return lowerer.Dense(name);
  if (const Tensor* codes = lowerer.constant(name)) {
    ASSAY_RETURN_IF_ERROR(lowerer.ExpectPackedFits(node, codes->elements()));
    Tensor flipped(DType::kU8, codes->shape());
    std::ranges::transform(codes->as<int8_t>(), flipped.as<uint8_t>().begin(),
                           [](int8_t code) { return static_cast<uint8_t>(code ^ 0x80); });
    lowerer.CountPackedBytes(flipped.bytes());
    return lowerer.Constant(std::move(flipped));
  }
  const Operand codes = lowerer.Dense(name);
  const Operand flipped = lowerer.Scratch(DType::kU8, codes.shape);
  AddLookup(node, lowerer, SignFlips(), codes, flipped).info.op = "Lookup";
  return flipped;
}

}  // namespace

bool UnfoldsCodes(const Node& node, const Lowerer& lowerer, const CodeInputs& inputs,
                  const std::vector<WindowAxis>& axes) {
  return CodeUnfolding::Pays(UnfoldAxes(axes)) &&
         lowerer.shape(node.input(inputs.a)).elements() > 0;
}

Status AddUnfoldedCodes(const Node& node, Lowerer& lowerer, const CodeInputs& inputs, size_t bias,
                        const std::optional<CodeResult>& result,
                        const std::vector<WindowAxis>& axes) {
  const auto unfolding = std::make_shared<const CodeUnfolding>(UnfoldAxes(axes));
  const Operand x = lowerer.Dense(node.input(inputs.a));
  ASSAY_ASSIGN_OR_RETURN(const Operand w, WeightsAsU8(node, lowerer, inputs));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int64_t groups = node.Int("group", 1), channels = x.shape[0] * x.shape[1];
  const int64_t depth = x.shape[1] / groups;
  const bool signed_x = x.dtype == DType::kI8, signed_y = dst.dtype == DType::kI8;
  const bool signed_w = lowerer.type(node.input(inputs.b)).dtype == DType::kI8;

  gemm::RowCodeSpec spec{.batch = x.shape[0] * groups,
                         .lefts = groups,
                         .m = dst.shape[1] / groups,
                         .n = unfolding->outputs(),
                         .k = depth * unfolding->taps(),
                         .lhs_zero_points = ZeroPointsOf(node, lowerer, inputs.b_zero)};
  for (int32_t& zero : spec.lhs_zero_points) zero += signed_w ? 128 : 0;
  const int32_t x_zero = ZeroPointsOf(node, lowerer, inputs.a_zero)[0];
  spec.rhs_zero_point = x_zero - (signed_x ? 0 : 128);
  if (result) {
    spec.scale = result->scales;
    spec.zero_point = result->zero_point + (signed_y ? 128 : 0);
  }
  auto made = RowCodeProduct::Make(spec, lowerer.kernel_options(),
                                   unfolding->room_bytes(depth, gemm::CodeTiles::kMostColumns));
  if (!made.ok()) return NodeError(node, "{}", made.message());
  const auto kernel = std::make_shared<const RowCodeProduct>(*std::move(made));
  lowerer.CountPackedBytes(kernel->packed_bytes());

  const Operand workspace = lowerer.Scratch(
      DType::kU8, {static_cast<int64_t>(kernel->workspace_bytes(lowerer.threads()))});
  Operand copy;
  const bool copies = !unfolding->pointwise();
  if (copies) {
    copy = lowerer.Scratch(DType::kU8,
                           {channels * unfolding->padded_pixels() + CodeUnfolding::kSlack});
  }
  std::vector<Operand> reads = {x, w};
  Operand biases;
  if (node.has_input(bias)) reads.push_back(biases = lowerer.Dense(node.input(bias)));
  const auto flip = static_cast<uint8_t>(signed_x ? 0 : 0x80);
  auto added = lowerer.Add(node, reads, {dst}, [=](const Frame& frame) -> Status {
    const auto* image = frame.At<const uint8_t>(x);
    uint8_t* padded = copies ? frame.At<uint8_t>(copy) : nullptr;
    if (copies) {
      unfolding->Pad(image, channels, static_cast<uint8_t>(x_zero), flip, padded, *frame.pool);
    }
    const auto pack = [&](int64_t batch, int64_t first, int64_t columns, uint8_t* room) {
      if (copies) {
        const uint8_t* from = padded + batch * depth * unfolding->padded_pixels();
        return RowCodeProduct::Columns{unfolding->Unfold(from, depth, first, columns, room), 0};
      }
      const int64_t pixels = unfolding->pixels();
      return RowCodeProduct::Columns{{image + batch * depth * pixels, pixels, depth, pixels, flip},
                                     first};
    };
    kernel->Run({frame.At<const uint8_t>(w),
                 biases.buffer < 0 ? nullptr : frame.At<const int32_t>(biases), frame.Raw(dst)},
                pack, frame.Raw(workspace), *frame.pool);
    return {};
  });
  added.step.writes.push_back(workspace.buffer);
  if (copies) added.step.writes.push_back(copy.buffer);
  added.info.variant = kernel->variant();
  added.info.macs = dst.elements() * spec.k;
  added.info.int8 = true;
  if (signed_y) AddLookup(node, lowerer, SignFlips(), dst, dst).info.op = "Lookup";
  return {};
}

}  // namespace assay::engine
