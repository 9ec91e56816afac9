#include <algorithm>

#include "harness/engine/conv_node.h"
#include "harness/engine/convolution.h"
#include "harness/engine/depthwise_volumes.h"
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"
#include "harness/engine/unfolded_convolution.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 4));
  for (size_t i = 0; i < inference.node().inputs.size(); ++i) {
    if (inference.has(i)) ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {DType::kF32}));
  }
  return InferConv(inference, DType::kF32);
}

// As loops; the clamp is the node's.
Status LowerPlain(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const PlainConvolution plain, PlainConvolutionOf(node, lowerer));
  const Operand x = lowerer.Dense(node.input(0)), w = lowerer.Dense(node.input(1));
  const Operand bias = node.has_input(2) ? lowerer.Dense(node.input(2)) : Operand();
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  std::vector<Operand> reads = {x, w};
  if (node.has_input(2)) reads.push_back(bias);
  const OutputStage stage = FloatStage(node);
  auto added = lowerer.Add(
      node, reads, {dst}, [=, lo = stage.lo, hi = stage.hi](const Frame& frame) -> Status {
        const float* biases = bias.buffer < 0 ? nullptr : frame.At<const float>(bias);
        float* to = frame.At<float>(dst);
        plain.Run<float>(
            frame.At<const float>(x), frame.At<const float>(w), *frame.pool,
            [](float a, float b, int64_t) { return a * b; },
            [&](int64_t task, int64_t output, float sum) {
              if (biases != nullptr) sum += biases[task % plain.oc];
              to[task * plain.taps.outputs() + output] = std::min(std::max(sum, lo), hi);
            });
        return {};
      });
  added.info.macs = plain.macs();
  return {};
}

// Lines are images of one row.
Status LowerLines(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(Convolution convolution, ConvolutionOf(node, lowerer));
  convolution.stage = FloatStage(node);
  const Operand dst = AsImage(lowerer.New(node.outputs[0], Order::kDense));
  convolution.dst = lowerer.ScratchImage(DType::kF32, dst.shape);
  ASSAY_RETURN_IF_ERROR(AddConvolution(node, lowerer, convolution));
  lowerer.Copy(node, "Layout", convolution.dst, dst);
  return {};
}

Status LowerImages(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(Convolution convolution, ConvolutionOf(node, lowerer));
  convolution.stage = FloatStage(node);
  convolution.dst = lowerer.New(node.outputs[0], Order::kImage);
  if (node.has_input(3)) {
    convolution.residual = lowerer.Image(node.input(3));
    convolution.stage.residual = true;
  }
  return AddConvolution(node, lowerer, convolution);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const bool constant = lowerer.constant(node.input(1)) != nullptr &&
                        (!node.has_input(2) || lowerer.constant(node.input(2)) != nullptr);
  const int rank = lowerer.shape(node.input(0)).rank();
  if (rank == 4 && (constant || node.has_input(3))) return LowerImages(node, lowerer);
  if (rank == 3 && constant) return LowerLines(node, lowerer);
  const Shape& w = lowerer.shape(node.input(1));
  ASSAY_ASSIGN_OR_RETURN(const auto axes, WindowAxesOf(node, lowerer.shape(node.input(0)),
                                                       {w.dims().begin() + 2, w.dims().end()}));
  if (constant && IsDepthwiseVolume(node, lowerer, axes)) {
    return AddDepthwiseVolumes(node, lowerer, axes);
  }
  return PaysUnfolded(node, lowerer, axes) ? AddUnfoldedConvolution(node, lowerer, axes)
                                           : LowerPlain(node, lowerer);
}

}  // namespace

extern const Lowering conv;
const Lowering conv = {
    .op_type = "Conv", .infer = Infer, .lower = Lower, .image = true, .per_image = ConvolvesImages};

}  // namespace assay::engine
