#include "harness/engine/code_product.h"

#include <memory>

#include "harness/engine/centered.h"
#include "harness/engine/convolution.h"
#include "harness/engine/lookup_step.h"
#include "harness/engine/matrix_batch.h"
#include "harness/engine/plain_matmul.h"
#include "harness/engine/quantized_operand.h"
#include "harness/engine/window.h"
#include "kernels/gemm/code_product.h"

namespace assay::engine {
namespace {

// The weights as kernels multiply by them; nullopt where they depend on data, or are no s8.
std::optional<std::vector<int8_t>> WeightsOf(const Node& node, const Lowerer& lowerer,
                                             const CodeInputs& inputs, int64_t channels,
                                             bool turned) {
  const Tensor* codes = lowerer.constant(node.input(inputs.b));
  if (codes == nullptr || codes->elements() == 0) return std::nullopt;
  return Centered(*codes, channels, turned, ZeroPointsOf(node, lowerer, inputs.b_zero));
}

// The left codes as u8, with their zero point.
struct LeftCodes {
  Operand operand;
  int32_t zero_point;
};
LeftCodes LeftCodesOf(const Node& node, Lowerer& lowerer, const CodeInputs& inputs, Order order) {
  const Operand codes = lowerer.In(order, node.input(inputs.a));
  const int32_t zero_point = ZeroPointsOf(node, lowerer, inputs.a_zero)[0];
  if (codes.dtype == DType::kU8) return {codes, zero_point};
  const Operand flipped = order == Order::kImage ? lowerer.ScratchImage(DType::kU8, codes.shape)
                                                 : lowerer.Scratch(DType::kU8, codes.shape);
  AddLookup(node, lowerer, SignFlips(), codes, flipped).info.op = "Lookup";
  return {flipped, zero_point + 128};
}

// Completes the product by its left side, as u8 in that order, and appends the steps.
Status AddProductOf(const Node& node, Lowerer& lowerer, const CodeInputs& inputs, Order order,
                    Convolution product) {
  const LeftCodes left = LeftCodesOf(node, lowerer, inputs, order);
  product.type = ComputeType::kU8S8S32;
  product.stage.src_zero_point = left.zero_point;
  product.src = left.operand;
  product.dst = lowerer.New(node.outputs[0], order);
  return AddConvolution(node, lowerer, product);
}

// Appends the step; matrices are dense, dst is s32 or holds codes of u8.
Status AddMatrices(const Node& node, Lowerer& lowerer, const gemm::CodeSpec& spec,
                   const MatrixBatch& batch, const Operand& lhs, const Operand& rhs,
                   const Operand& dst) {
  auto made = gemm::CodeProduct::Make(spec, lowerer.kernel_options());
  if (!made.ok()) return NodeError(node, "{}", made.message());
  const auto kernel = std::make_shared<const gemm::CodeProduct>(*std::move(made));
  const Operand workspace = lowerer.Scratch(
      DType::kU8, {static_cast<int64_t>(kernel->workspace_bytes(lowerer.threads()))});
  lowerer.CountPackedBytes(kernel->packed_bytes());
  const int64_t element = spec.scale.empty() ? 4 : 1;
  auto added = lowerer.Add(node, {lhs, rhs}, {dst}, [=](const Frame& frame) -> Status {
    const auto place = [&](int64_t i) {
      const auto at = batch[i];
      return gemm::CodeProduct::Element{frame.At<const uint8_t>(lhs) + at.lhs,
                                        frame.At<const uint8_t>(rhs) + at.rhs,
                                        frame.At<uint8_t>(dst) + at.dst * element};
    };
    kernel->Run(place, frame.Raw(workspace), *frame.pool);
    return {};
  });
  added.step.writes.push_back(workspace.buffer);
  added.info.variant = kernel->variant();
  added.info.macs = dst.elements() * spec.k;
  added.info.int8 = true;
  return {};
}

// Dense, with strides that say so for extents of 1, too.
Operand DenseMatrix(Operand operand, int axis) {
  operand.strides = DenseStrides(operand.shape);
  return AsMatrix(operand, axis);
}

}  // namespace

Status AddCodeMatMul(const Node& node, Lowerer& lowerer, const CodeInputs& inputs,
                     const std::optional<CodeResult>& result) {
  const LeftCodes left = LeftCodesOf(node, lowerer, inputs, Order::kDense);
  const Operand lhs = DenseMatrix(left.operand, 0);
  const Operand rhs = DenseMatrix(lowerer.Dense(node.input(inputs.b)), 1);
  ASSAY_ASSIGN_OR_RETURN(const Shape whole, MatMulShape(node, lhs.shape, rhs.shape));
  const Operand codes = lowerer.New(node.outputs[0], Order::kDense);
  const Operand dst = codes.Reshaped(whole);
  const MatrixBatch batch(lhs, rhs, dst);
  gemm::CodeSpec spec{.batch = batch.elements(),
                      .m = batch.m(),
                      .n = whole.dims().back(),
                      .k = lhs.shape.dims().back(),
                      .lhs_zero_point = left.zero_point,
                      .rhs_is_signed = rhs.dtype == DType::kI8,
                      .rhs_zero_points = ZeroPointsOf(node, lowerer, inputs.b_zero)};
  const bool is_signed = codes.dtype == DType::kI8;
  if (result) {
    spec.scale = result->scales;
    spec.zero_point = result->zero_point + (is_signed ? 128 : 0);
  }
  ASSAY_RETURN_IF_ERROR(AddMatrices(node, lowerer, spec, batch, lhs, rhs, dst));
  if (is_signed) AddLookup(node, lowerer, SignFlips(), codes, codes).info.op = "Lookup";
  return {};
}

Result<bool> AddCodeConvolution(const Node& node, Lowerer& lowerer, const CodeInputs& inputs) {
  const Shape& x = lowerer.shape(node.input(inputs.a));
  const Shape& w = lowerer.shape(node.input(inputs.b));
  if (x.rank() != 4) return false;
  const auto weights = WeightsOf(node, lowerer, inputs, w[0], false);
  if (!weights) return false;
  ASSAY_ASSIGN_OR_RETURN(const SlidingWindow window,
                         WindowOf(node, x, {w.dims().begin() + 2, w.dims().end()}));
  Convolution product;
  product.spec = window.spec;
  product.spec.oc = w[0];
  product.spec.groups = node.Int("group", 1);
  product.weights.data = weights->data();
  ASSAY_RETURN_IF_ERROR(AddProductOf(node, lowerer, inputs, Order::kImage, std::move(product)));
  return true;
}

Result<bool> AddCodeMatrix(const Node& node, Lowerer& lowerer, const CodeInputs& inputs) {
  const Shape& a = lowerer.shape(node.input(inputs.a));
  const Shape& b = lowerer.shape(node.input(inputs.b));
  if (b.rank() != 2) return false;
  const auto weights = WeightsOf(node, lowerer, inputs, b[1], true);
  if (!weights) return false;
  Convolution product;
  product.src_is_matrix = true;
  product.spec = {.w = a.elements() / b[0], .c = b[0], .oc = b[1]};
  product.weights.data = weights->data();
  ASSAY_RETURN_IF_ERROR(AddProductOf(node, lowerer, inputs, Order::kDense, std::move(product)));
  return true;
}

}  // namespace assay::engine
