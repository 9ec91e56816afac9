#include "harness/engine/convolution.h"

#include <limits>
#include <memory>

#include "harness/engine/fuse.h"
#include "kernels/conv/conv.h"
#include "kernels/conv/geometry.h"
#include "kernels/depthwise/depthwise.h"

namespace assay::engine {
namespace {

// Of an operand of the convolution.
int64_t PixelStride(const Convolution& convolution, const Operand& operand) {
  return convolution.src_is_matrix ? operand.shape.dims().back() : operand.PixelStride();
}

// A part of a batch gets the variant that dispatch picks for all of it, since another one may round
// floats otherwise.
template <typename Explain>
KernelOptions OptionsFor(const ConvSpec& part, const Convolution& convolution,
                         const Lowerer& lowerer, const Explain& explain) {
  KernelOptions options = lowerer.kernel_options();
  if (lowerer.parts() == 1) return options;
  ConvSpec whole = part;
  (convolution.src_is_matrix ? whole.w : whole.n) *= lowerer.parts();
  if (!conv::CheckGeometry(whole).ok()) return options;
  for (const VariantChoice& choice : explain(whole, convolution.type, options)) {
    if (choice.picked) options.variant = choice.name;
  }
  return options;
}

template <typename Kernel, typename Explain>
Status AddKernel(const Node& node, Lowerer& lowerer, const Convolution& convolution,
                 const Explain& explain) {
  ConvSpec spec = convolution.spec;
  spec.src_stride = PixelStride(convolution, convolution.src);
  spec.dst_stride = PixelStride(convolution, convolution.dst);
  if (convolution.residual) spec.residual_stride = PixelStride(convolution, *convolution.residual);
  Result<Kernel> made = Kernel::Make(spec, convolution.type, convolution.weights, convolution.stage,
                                     OptionsFor(spec, convolution, lowerer, explain));
  if (!made.ok()) return NodeError(node, "{}", made.message());
  const auto kernel = std::make_shared<const Kernel>(*std::move(made));
  lowerer.CountPackedBytes(kernel->packed_bytes());

  std::vector<Operand> reads = {convolution.src};
  if (convolution.residual) reads.push_back(*convolution.residual);
  Operand workspace;  // The kernel's own business: no bytes of the step.
  const auto bytes = static_cast<int64_t>(kernel->workspace_bytes(lowerer.threads()));
  if (bytes > 0) workspace = lowerer.Scratch(DType::kU8, Shape{bytes});

  auto added = lowerer.Add(
      node, reads, {convolution.dst},
      [kernel, src = convolution.src, dst = convolution.dst, residual = convolution.residual,
       workspace](const Frame& frame) -> Status {
        kernel->Run(frame.Raw(src), frame.Raw(dst), residual ? frame.Raw(*residual) : nullptr,
                    workspace.buffer < 0 ? nullptr : frame.Raw(workspace), *frame.pool);
        return {};
      });
  if (bytes > 0) added.step.writes.push_back(workspace.buffer);
  // Every variant reads a tile's residual before it stores the tile, once, and no two tiles
  // overlap.
  if (convolution.residual) {
    added.MayOverwrite(convolution.dst, *convolution.residual, lowerer);
  }
  added.info.variant = kernel->variant();
  added.info.macs = spec.macs();
  added.info.int8 = convolution.type != ComputeType::kF32;
  return {};
}

}  // namespace

Status AddConvolution(const Node& node, Lowerer& lowerer, const Convolution& convolution) {
  return convolution.spec.depthwise()
             ? AddKernel<depthwise::Depthwise>(node, lowerer, convolution, depthwise::Explain)
             : AddKernel<conv::Conv>(node, lowerer, convolution, conv::Explain);
}

OutputStage FloatStage(const Node& node) {
  OutputStage stage;
  stage.lo = node.Float(kLo, -std::numeric_limits<float>::infinity());
  stage.hi = node.Float(kHi, std::numeric_limits<float>::infinity());
  return stage;
}

}  // namespace assay::engine
