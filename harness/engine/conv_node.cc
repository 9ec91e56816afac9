#include "harness/engine/conv_node.h"

#include "harness/engine/window.h"

namespace assay::engine {
namespace {

std::vector<int64_t> KernelOf(const Shape& weights) { return {weights[2], weights[3]}; }

Status CheckWeights(const Inference& inference, int64_t groups) {
  const Shape& x = inference.shape(0);
  const Shape& w = inference.shape(1);
  if (groups < 1 || x[1] != w[1] * groups || w[0] % groups != 0) {
    return inference.Error("weights {} do not fit {} channels in {} groups", w.ToString(), x[1],
                           groups);
  }
  if (w[2] < 1 || w[3] < 1) return inference.Error("weights {} are empty", w.ToString());
  const auto kernel = inference.node().Ints("kernel_shape", KernelOf(w));
  if (kernel != KernelOf(w)) {
    return inference.Error("kernel_shape contradicts the weights {}", w.ToString());
  }
  return {};
}

Status CheckBias(const Inference& inference) {
  if (!inference.has(2)) return {};
  if (inference.shape(2) == Shape{inference.shape(1)[0]}) return {};
  return inference.Error("bias {} does not fit {} output channels", inference.shape(2).ToString(),
                         inference.shape(1)[0]);
}

}  // namespace

Status InferConv(Inference& inference, DType result) {
  if (inference.shape(0).rank() != 4) {
    return inference.Error(
        "input {} is no image [n, c, h, w]: only two-dimensional convolution "
        "is supported",
        inference.shape(0).ToString());
  }
  ASSAY_RETURN_IF_ERROR(inference.ExpectRank(1, 4));
  ASSAY_RETURN_IF_ERROR(CheckWeights(inference, inference.node().Int("group", 1)));
  ASSAY_RETURN_IF_ERROR(CheckBias(inference));
  ASSAY_ASSIGN_OR_RETURN(const SlidingWindow window, WindowOf(inference.node(), inference.shape(0),
                                                              KernelOf(inference.shape(1))));
  return inference.Set(0, result, {window.spec.n, inference.shape(1)[0], window.oh, window.ow});
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
  convolution.src = lowerer.Image(node.input(0));
  return convolution;
}

}  // namespace assay::engine
