#include "harness/engine/code_product.h"

#include <optional>
#include <vector>

#include "harness/engine/convolution.h"
#include "harness/engine/lookup_step.h"
#include "harness/engine/quantized_operand.h"
#include "harness/engine/window.h"

namespace assay::engine {
namespace {

// Codes of a matrix less the zero points of its rows, or, turned, of its columns, which become the
// rows; nullopt where one is no s8.
template <typename T>
std::optional<std::vector<int8_t>> Centered(const Tensor& codes, int64_t channels, bool turned,
                                            const std::vector<int32_t>& zeros) {
  const int64_t depth = codes.elements() / channels;
  const T* from = codes.as<T>().data();
  std::vector<int8_t> centered;
  centered.reserve(static_cast<size_t>(codes.elements()));
  for (int64_t channel = 0; channel < channels; ++channel) {
    const int32_t zero = zeros[zeros.size() == 1 ? 0 : static_cast<size_t>(channel)];
    for (int64_t k = 0; k < depth; ++k) {
      const int32_t code = from[turned ? k * channels + channel : channel * depth + k];
      const auto value = static_cast<int8_t>(code - zero);
      if (value != code - zero) return std::nullopt;
      centered.push_back(value);
    }
  }
  return centered;
}

// The weights as kernels multiply by them; nullopt where they depend on data, or are no s8.
std::optional<std::vector<int8_t>> WeightsOf(const Node& node, const Lowerer& lowerer,
                                             const CodeInputs& inputs, int64_t channels,
                                             bool turned) {
  const Tensor* codes = lowerer.constant(node.input(inputs.b));
  if (codes == nullptr || codes->elements() == 0) return std::nullopt;
  const std::vector<int32_t> zeros = ZeroPointsOf(node, lowerer, inputs.b_zero);
  return codes->dtype() == DType::kU8 ? Centered<uint8_t>(*codes, channels, turned, zeros)
                                      : Centered<int8_t>(*codes, channels, turned, zeros);
}

// Completes the product by its left side, as u8 in that order, and appends the steps.
Status AddProductOf(const Node& node, Lowerer& lowerer, const CodeInputs& inputs, Order order,
                    Convolution product) {
  const std::string& a = node.input(inputs.a);
  product.type = ComputeType::kU8S8S32;
  product.stage.src_zero_point = ZeroPointsOf(node, lowerer, inputs.a_zero)[0];
  product.src = lowerer.In(order, a);
  if (product.src.dtype == DType::kI8) {
    const Operand codes = product.src;
    product.src = order == Order::kImage ? lowerer.ScratchImage(DType::kU8, codes.shape)
                                         : lowerer.Scratch(DType::kU8, codes.shape);
    AddLookup(node, lowerer, SignFlips(), codes, product.src).info.op = "Lookup";
    product.stage.src_zero_point += 128;
  }
  product.dst = lowerer.New(node.outputs[0], order);
  return AddConvolution(node, lowerer, product);
}

}  // namespace

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
