#include "harness/engine/convolution.h"

#include <limits>
#include <memory>

#include "harness/engine/fuse.h"
#include "kernels/conv/conv.h"
#include "kernels/depthwise/depthwise.h"

namespace assay::engine {
namespace {

// A matrix of rows is an image of one line.
int64_t PixelStride(const Operand& operand) {
  return operand.shape.rank() == 4 ? operand.PixelStride() : operand.shape.dims().back();
}

template <typename Kernel>
Status AddKernel(const Node& node, Lowerer& lowerer, const Convolution& convolution) {
  ConvSpec spec = convolution.spec;
  spec.src_stride = PixelStride(convolution.src);
  spec.dst_stride = PixelStride(convolution.dst);
  if (convolution.residual) spec.residual_stride = PixelStride(*convolution.residual);
  Result<Kernel> made = Kernel::Make(spec, convolution.type, convolution.weights, convolution.stage,
                                     lowerer.kernel_options());
  if (!made.ok()) return NodeError(node, "{}", made.message());
  const auto kernel = std::make_shared<const Kernel>(*std::move(made));
  lowerer.CountPackedBytes(kernel->packed_bytes());

  std::vector<Operand> reads = {convolution.src};
  if (convolution.residual) reads.push_back(*convolution.residual);
  std::vector<Operand> writes = {convolution.dst};
  Operand workspace;
  const auto bytes = static_cast<int64_t>(kernel->workspace_bytes(lowerer.threads()));
  if (bytes > 0) writes.push_back(workspace = lowerer.Scratch(DType::kU8, Shape{bytes}));

  auto added = lowerer.Add(
      node, reads, writes,
      [kernel, src = convolution.src, dst = convolution.dst, residual = convolution.residual,
       workspace](const Frame& frame) -> Status {
        kernel->Run(frame.Raw(src), frame.Raw(dst), residual ? frame.Raw(*residual) : nullptr,
                    workspace.buffer < 0 ? nullptr : frame.Raw(workspace), *frame.pool);
        return {};
      });
  // Every variant reads a tile's residual before it stores the tile, once, and no two tiles
  // overlap.
  if (convolution.residual) {
    added.MayOverwrite(convolution.dst, *convolution.residual, lowerer);
  }
  added.info.variant = kernel->variant();
  added.info.macs = spec.macs();
  added.info.bytes -= bytes;  // The workspace is the kernel's own business.
  added.info.int8 = convolution.type != ComputeType::kF32;
  return {};
}

}  // namespace

Status AddConvolution(const Node& node, Lowerer& lowerer, const Convolution& convolution) {
  return convolution.spec.depthwise() ? AddKernel<depthwise::Depthwise>(node, lowerer, convolution)
                                      : AddKernel<conv::Conv>(node, lowerer, convolution);
}

OutputStage FloatStage(const Node& node) {
  OutputStage stage;
  stage.lo = node.Float(kLo, -std::numeric_limits<float>::infinity());
  stage.hi = node.Float(kHi, std::numeric_limits<float>::infinity());
  return stage;
}

}  // namespace assay::engine
