#include "harness/engine/conv_node.h"

#include "harness/engine/window.h"

namespace assay::engine {
namespace {

std::vector<int64_t> KernelOf(const Shape& weights) {
  return {weights.dims().begin() + 2, weights.dims().end()};
}

Status CheckWeights(const Inference& inference, const ConvInputs& inputs) {
  const Shape& x = inference.shape(inputs.x);
  const Shape& w = inference.shape(inputs.w);
  const int64_t groups = inference.node().Int("group", 1);
  if (groups < 1 || groups > x[1] || x[1] != w[1] * groups || w[0] % groups != 0) {
    return inference.Error("weights {} do not fit {} channels in {} groups", w.ToString(), x[1],
                           groups);
  }
  if (w.elements() == 0) return inference.Error("weights {} are empty", w.ToString());
  const auto kernel = inference.node().Ints("kernel_shape", KernelOf(w));
  if (kernel != KernelOf(w)) {
    return inference.Error("kernel_shape contradicts the weights {}", w.ToString());
  }
  return {};
}

Status CheckBias(const Inference& inference, const ConvInputs& inputs) {
  if (!inference.has(inputs.bias)) return {};
  const int64_t channels = inference.shape(inputs.w)[0];
  if (inference.shape(inputs.bias) == Shape{channels}) return {};
  return inference.Error("bias {} does not fit {} output channels",
                         inference.shape(inputs.bias).ToString(), channels);
}

}  // namespace

Status InferConv(Inference& inference, DType result, ConvInputs inputs) {
  const Shape& x = inference.shape(inputs.x);
  const Shape& w = inference.shape(inputs.w);
  if (x.rank() < 3) return inference.Error("input {} is no image [n, c, ...]", x.ToString());
  ASSAY_RETURN_IF_ERROR(inference.ExpectRank(inputs.w, x.rank()));
  ASSAY_RETURN_IF_ERROR(CheckWeights(inference, inputs));
  ASSAY_RETURN_IF_ERROR(CheckBias(inference, inputs));
  ASSAY_ASSIGN_OR_RETURN(const auto axes, WindowAxesOf(inference.node(), x, KernelOf(w)));
  return inference.Set(0, result, OutputDims(x[0], w[0], axes));
}

Result<PlainConvolution> PlainConvolutionOf(const Node& node, const Lowerer& lowerer,
                                            ConvInputs inputs) {
  const Shape& x = lowerer.shape(node.input(inputs.x));
  const Shape& w = lowerer.shape(node.input(inputs.w));
  ASSAY_ASSIGN_OR_RETURN(const auto axes, WindowAxesOf(node, x, KernelOf(w)));
  return PlainConvolution{Taps(axes), x[0], x[1], w[0], node.Int("group", 1)};
}

Result<Convolution> ConvolutionOf(const Node& node, Lowerer& lowerer) {
  for (size_t i = 1; i <= 2; ++i) {  // Not before: they may be dequantized at plan time.
    if (node.has_input(i) && lowerer.constant(node.input(i)) == nullptr) {
      return NodeError(node, "input {} ('{}') depends on data, it must be constant", i,
                       node.input(i));
    }
  }
  const Tensor& weights = *lowerer.constant(node.input(1));
  ASSAY_ASSIGN_OR_RETURN(const SlidingWindow window,
                         WindowOf(node, lowerer.shape(node.input(0)), KernelOf(weights.shape())));
  Convolution convolution;
  convolution.spec = window.spec;
  convolution.spec.oc = weights.shape()[0];
  convolution.spec.groups = node.Int("group", 1);
  convolution.weights.data = weights.data();
  if (node.has_input(2)) convolution.weights.bias = lowerer.constant(node.input(2))->data();
  if (lowerer.shape(node.input(0)).rank() == 4) {
    convolution.src = lowerer.Image(node.input(0));
  } else {
    const Operand line = AsImage(lowerer.Dense(node.input(0)));
    convolution.src = lowerer.ScratchImage(line.dtype, line.shape);
    lowerer.Copy(node, "Layout", line, convolution.src);
  }
  return convolution;
}

Operand AsImage(const Operand& line) {
  return line.Reshaped({line.shape[0], line.shape[1], 1, line.shape[2]});
}

}  // namespace assay::engine
