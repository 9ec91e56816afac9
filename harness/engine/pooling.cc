#include "harness/engine/pooling.h"

#include <algorithm>

#include "harness/engine/window.h"

namespace assay::engine {
namespace {

Status ExpectImage(const Inference& inference) {
  if (inference.shape(0).rank() >= 3) return {};
  return inference.Error("input {} is no image [n, c, ...]", inference.shape(0).ToString());
}

Pooling Placed(pool::Window window, const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Image(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kImage);
  window.spec.src_stride = src.PixelStride();
  window.spec.dst_stride = dst.PixelStride();
  return {window, src, dst};
}

double Work(const Operand& dst, int64_t window) {
  return static_cast<double>(dst.elements()) * static_cast<double>(window);
}

}  // namespace

double Pooling::work() const {
  const ConvSpec& spec = window.spec;
  return Work(dst, std::min(spec.kh, spec.h) * std::min(spec.kw, spec.w));
}

double PlainPooling::work() const { return Work(dst, taps.most()); }

Status InferPool(Inference& inference, DType result) {
  ASSAY_RETURN_IF_ERROR(ExpectImage(inference));
  const Shape& image = inference.shape(0);
  ASSAY_ASSIGN_OR_RETURN(const auto kernel, KernelShape(inference.node(), image.rank() - 2));
  ASSAY_ASSIGN_OR_RETURN(const auto axes, WindowAxesOf(inference.node(), image, kernel));
  return inference.Set(0, result, OutputDims(image[0], image[1], axes));
}

Result<PlainPooling> PlainPoolingOf(const Node& node, Lowerer& lowerer) {
  const Shape& image = lowerer.shape(node.input(0));
  ASSAY_ASSIGN_OR_RETURN(const auto kernel, KernelShape(node, image.rank() - 2));
  ASSAY_ASSIGN_OR_RETURN(const auto axes, WindowAxesOf(node, image, kernel));
  const Operand src = lowerer.Dense(node.input(0));
  return PlainPooling{Taps(axes), image[0] * image[1], src,
                      lowerer.New(node.outputs[0], Order::kDense)};
}

Result<Pooling> PoolingOf(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const auto kernel, KernelShape(node, 2));
  ASSAY_ASSIGN_OR_RETURN(const SlidingWindow window,
                         WindowOf(node, lowerer.shape(node.input(0)), kernel));
  return Placed({.spec = window.spec,
                 .oh = window.oh,
                 .ow = window.ow,
                 .count_include_pad = node.Int("count_include_pad", 0) != 0},
                node, lowerer);
}

Status InferGlobalPool(Inference& inference, DType result) {
  ASSAY_RETURN_IF_ERROR(ExpectImage(inference));
  const Shape& image = inference.shape(0);
  if (image.elements(2, image.rank()) == 0) {
    return inference.Error("image {} has no pixels", image.ToString());
  }
  std::vector<int64_t> dims(static_cast<size_t>(image.rank()), 1);
  dims[0] = image[0];
  dims[1] = image[1];
  return inference.Set(0, result, std::move(dims));
}

Pooling GlobalPoolingOf(const Node& node, Lowerer& lowerer) {
  const Shape& image = lowerer.shape(node.input(0));
  const ConvSpec spec = {.n = image[0],
                         .h = image[2],
                         .w = image[3],
                         .c = image[1],
                         .oc = image[1],
                         .kh = image[2],
                         .kw = image[3]};
  return Placed({.spec = spec, .oh = 1, .ow = 1}, node, lowerer);
}

}  // namespace assay::engine
