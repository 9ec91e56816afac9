#include "kernels/conv/conv.h"

#include <cstring>

#include "kernels/base/check.h"
#include "kernels/conv/geometry.h"
#include "kernels/conv/image_rows.h"
#include "kernels/gemm/dense_rows.h"
#include "kernels/gemm/product.h"

namespace assay::conv {
namespace {

int64_t SrcBytes(ComputeType type) { return type == ComputeType::kF32 ? 4 : 1; }

// One output pixel reads one input pixel, in the same order: a plain matrix product.
bool Dense(const ConvSpec& s) {
  return s.kh == 1 && s.kw == 1 && s.stride_h == 1 && s.stride_w == 1 && s.pad_top == 0 &&
         s.pad_left == 0 && s.pad_bottom == 0 && s.pad_right == 0;
}

gemm::Problem ToProblem(const ConvSpec& s, ComputeType type) {
  const int64_t width = WholeKernelRows(s) ? s.kw : 1;
  return {.type = type,
          .m = s.n * s.oh() * s.ow(),
          .n = s.oc / s.groups,
          .k = width * (s.c / s.groups),
          .taps = s.kh * s.kw / width,
          .groups = s.groups};
}

// OIHW: [oc][c / groups][kh][kw].
gemm::RhsView ToView(const ConvSpec& s, const void* data) {
  const int64_t positions = s.kh * s.kw;
  gemm::RhsView view;
  view.data = data;
  view.groups = s.groups;
  view.k_outer = WholeKernelRows(s) ? s.kw : 1;
  view.taps = positions / view.k_outer;
  view.k_inner = s.c / s.groups;
  view.n = s.oc / s.groups;
  view.tap_stride = view.k_outer;
  view.k_outer_stride = 1;
  view.k_inner_stride = positions;
  view.column_stride = view.k_inner * positions;
  view.group_stride = view.n * view.column_stride;
  return view;
}

}  // namespace

struct Conv::Impl {
  ConvSpec spec;
  gemm::Product product;
  TapTable taps;
  Buffer padding;
  std::string variant;
};

Conv::Conv(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Conv::Conv(Conv&&) noexcept = default;
Conv& Conv::operator=(Conv&&) noexcept = default;
Conv::~Conv() = default;

Result<Conv> Conv::Make(const ConvSpec& spec, ComputeType type, const Weights& weights,
                        const OutputStage& stage, const KernelOptions& options) {
  ASSAY_RETURN_IF_ERROR(CheckGeometry(spec));
  ASSAY_CHECK(weights.data != nullptr);
  const int zero_point = type == ComputeType::kF32 ? 0 : stage.src_zero_point;
  TapTable taps(spec, SrcBytes(type), zero_point == 0);
  ASSAY_ASSIGN_OR_RETURN(gemm::Product product,
                         gemm::Product::Make(ToProblem(spec, type), ToView(spec, weights.data),
                                             weights.bias, stage, options, taps.scratch_bytes()));
  Buffer padding(static_cast<size_t>(taps.row_bytes()));
  std::memset(padding.data(), zero_point, padding.size());
  std::string variant = product.variant().name;
  return Conv(std::make_unique<Impl>(
      Impl{spec, std::move(product), std::move(taps), std::move(padding), std::move(variant)}));
}

size_t Conv::workspace_bytes(int threads) const { return impl_->product.workspace_bytes(threads); }

size_t Conv::packed_bytes() const {
  return impl_->product.packed_bytes() + impl_->padding.size() +
         impl_->taps.offsets.size() * sizeof(int64_t);
}

const std::string& Conv::variant() const { return impl_->variant; }

void Conv::Run(const void* src, void* dst, const void* residual, void* workspace,
               ThreadPool& pool) const {
  const ConvSpec& s = impl_->spec;
  const int64_t m = s.n * s.oh() * s.ow();
  const gemm::Product::Output output{dst, s.dst_pixel(), residual, s.residual_pixel()};
  if (Dense(s)) {
    const auto* data = static_cast<const uint8_t*>(src);
    const int64_t pixel_bytes = impl_->taps.pixel_bytes;
    // Bytes may be read on into the next pixel, but not into others' channels.
    const bool contiguous = impl_->taps.element_bytes == 1 && s.src_pixel() == s.c;
    const gemm::DenseRows rows{data, pixel_bytes, impl_->taps.group_bytes,
                               contiguous ? data + m * pixel_bytes : nullptr};
    impl_->product.Run(m, rows, output, workspace, pool);
  } else {
    const ImageRows rows(impl_->taps, src, impl_->padding.data());
    impl_->product.Run(m, rows, output, workspace, pool);
  }
}

std::vector<VariantChoice> Explain(const ConvSpec& spec, ComputeType type,
                                   const KernelOptions& options) {
  ASSAY_CHECK(CheckGeometry(spec).ok());
  return gemm::Explain(ToProblem(spec, type), options);
}

}  // namespace assay::conv
