#include "harness/engine/unfolded_convolution.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "harness/engine/convolution.h"
#include "kernels/conv/unfold.h"

namespace assay::engine {
namespace {

using gemm::PanelProduct;

// The left-hand operand: [oc][c / groups x taps], with the bias as one more column.
struct Rows {
  std::shared_ptr<const Tensor> packed;  // nullptr: what `operand` has.
  Operand operand;
  int64_t stride;

  const float* At(const Frame& frame) const {
    return packed != nullptr ? packed->as<float>().data() : frame.At<const float>(operand);
  }
};

Tensor WithBias(const Tensor& weights, const Tensor& bias, int64_t k) {
  const int64_t rows = bias.elements();
  Tensor joined(DType::kF32, Shape{rows, k + 1});
  for (int64_t row = 0; row < rows; ++row) {
    float* to = joined.as<float>().data() + row * (k + 1);
    std::copy_n(weights.as<float>().data() + row * k, k, to);
    to[k] = bias.as<float>()[static_cast<size_t>(row)];
  }
  return joined;
}

Result<Rows> RowsOf(const Node& node, Lowerer& lowerer) {
  const Shape& shape = lowerer.shape(node.input(1));
  const int64_t oc = shape[0], k = shape.elements(1, shape.rank());
  if (!node.has_input(2)) return Rows{nullptr, lowerer.Dense(node.input(1)), k};
  const Tensor* weights = lowerer.constant(node.input(1));
  const Tensor* bias = lowerer.constant(node.input(2));
  if (weights != nullptr && bias != nullptr) {
    const int64_t bytes = oc * (k + 1) * static_cast<int64_t>(sizeof(float));
    ASSAY_RETURN_IF_ERROR(lowerer.ExpectPackedFits(node, bytes));
    lowerer.CountPackedBytes(static_cast<size_t>(bytes));
    return Rows{std::make_shared<const Tensor>(WithBias(*weights, *bias, k)), {}, k + 1};
  }
  const Operand joined = lowerer.Scratch(DType::kF32, {oc, k + 1});
  lowerer.Copy(node, "Layout", lowerer.Dense(node.input(1)).Reshaped({oc, k}),
               joined.Sliced(1, 0, 1, k));
  lowerer.Copy(node, "Layout", lowerer.Dense(node.input(2)).Reshaped({oc, 1}),
               joined.Sliced(1, k, 1, 1));
  return Rows{nullptr, joined, k + 1};
}

conv::Unfolding UnfoldingOf(const std::vector<WindowAxis>& axes, int64_t channels, bool ones) {
  std::vector<conv::UnfoldAxis> list;
  for (const WindowAxis& axis : axes) {
    list.push_back(
        {axis.image, axis.kernel, axis.stride, axis.dilation, axis.pad_begin, axis.outputs});
  }
  return conv::Unfolding(list, channels, ones);
}

}  // namespace

bool PaysUnfolded(const Node& node, const Lowerer& lowerer, const std::vector<WindowAxis>& axes) {
  return axes.size() <= conv::Unfolding::kMostAxes && lowerer.shape(node.input(1)).elements() > 0;
}

Status AddUnfoldedConvolution(const Node& node, Lowerer& lowerer,
                              const std::vector<WindowAxis>& axes) {
  const Operand x = lowerer.Dense(node.input(0));
  const int64_t groups = node.Int("group", 1), depth = x.shape[1] / groups;
  ASSAY_ASSIGN_OR_RETURN(const Rows rows, RowsOf(node, lowerer));
  const conv::Unfolding unfolding = UnfoldingOf(axes, depth, node.has_input(2));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int64_t m = dst.shape[1] / groups, n = unfolding.outputs();
  auto made = PanelProduct::Make({.batch = x.shape[0] * groups,
                                  .m = m,
                                  .n = n,
                                  .k = unfolding.k(),
                                  .lhs_stride = rows.stride,
                                  .row_by_row = true},
                                 FloatStage(node), lowerer.kernel_options());
  if (!made.ok()) return NodeError(node, "{}", made.message());
  const auto kernel = std::make_shared<const PanelProduct>(*std::move(made));
  const Operand workspace = lowerer.Scratch(
      DType::kU8, {static_cast<int64_t>(kernel->workspace_bytes(lowerer.threads()))});
  std::vector<Operand> reads = {x};
  if (rows.packed == nullptr) reads.push_back(rows.operand);
  auto added = lowerer.Add(node, reads, {dst}, [=](const Frame& frame) -> Status {
    const float* weights = rows.At(frame);
    const auto place = [&](int64_t i) {
      return PanelProduct::Element{weights + i % groups * m * rows.stride,
                                   frame.At<float>(dst) + i * m * n};
    };
    const auto pack = [&](const gemm::PanelRequest& request) {
      const float* image = frame.At<const float>(x) + request.batch * depth * unfolding.pixels();
      return unfolding.Pack(image, request);
    };
    kernel->Run(place, pack, frame.Raw(workspace), *frame.pool);
    return {};
  });
  added.step.writes.push_back(workspace.buffer);
  added.info.variant = kernel->variant();
  added.info.macs = dst.elements() * (unfolding.k() - (node.has_input(2) ? 1 : 0));
  return {};
}

}  // namespace assay::engine
