#include "kernels/conv/direct.h"

#include <cstring>

#include "kernels/gemm/dense_rows.h"

namespace assay::conv {
namespace {

int64_t SrcBytes(ComputeType type) { return type == ComputeType::kF32 ? 4 : 1; }

// One output pixel reads one input pixel, in the same order: a plain matrix product.
bool Dense(const ConvSpec& s) {
  return s.kh == 1 && s.kw == 1 && s.stride_h == 1 && s.stride_w == 1 && s.pad_top == 0 &&
         s.pad_left == 0 && s.pad_bottom == 0 && s.pad_right == 0;
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

namespace {

// The share of kernel rows that lie above or below the image, over all lines of the output.
double PaddedRows(const ConvSpec& s) {
  int64_t padded = 0;
  for (int64_t oy = 0; oy < s.oh(); ++oy) {
    for (int64_t ky = 0; ky < s.kh; ++ky) {
      const int64_t y = oy * s.stride_h - s.pad_top + ky * s.dilation_h;
      padded += y < 0 || y >= s.h;
    }
  }
  return static_cast<double>(padded) / static_cast<double>(s.oh() * s.kh);
}

}  // namespace

gemm::Problem ToProblem(const ConvSpec& s, ComputeType type) {
  const int64_t width = WholeKernelRows(s) ? s.kw : 1;
  return {.type = type,
          .m = s.n * s.oh() * s.ow(),
          .n = s.oc / s.groups,
          .k = width * (s.c / s.groups),
          .taps = s.kh * s.kw / width,
          .groups = s.groups,
          .row_bytes = s.stride_w * s.c * SrcBytes(type),
          .line = s.ow(),
          .skippable = PaddedRows(s)};
}

Direct::Direct(const ConvSpec& spec, gemm::Product product, TapTable taps, Buffer padding)
    : spec_(spec),
      product_(std::move(product)),
      taps_(std::move(taps)),
      padding_(std::move(padding)),
      variant_(product_.variant().name) {}

Result<Direct> Direct::Make(const ConvSpec& spec, ComputeType type, const Weights& weights,
                            const OutputStage& stage, const KernelOptions& options) {
  const int zero_point = type == ComputeType::kF32 ? 0 : stage.src_zero_point;
  TapTable taps(spec, SrcBytes(type), zero_point == 0);
  ASSAY_ASSIGN_OR_RETURN(gemm::Product product,
                         gemm::Product::Make(ToProblem(spec, type), ToView(spec, weights.data),
                                             weights.bias, stage, options, taps.scratch_bytes()));
  Buffer padding(static_cast<size_t>(taps.row_bytes()));
  std::memset(padding.data(), zero_point, padding.size());
  return Direct(spec, std::move(product), std::move(taps), std::move(padding));
}

size_t Direct::packed_bytes() const {
  return product_.packed_bytes() + padding_.size() + taps_.offsets.size() * sizeof(int64_t);
}

size_t Direct::workspace_bytes(int threads) const {
  return Dense(spec_) ? 0 : product_.workspace_bytes(threads);
}

void Direct::Run(const void* src, void* dst, const void* residual, void* workspace,
                 ThreadPool& pool) const {
  const ConvSpec& s = spec_;
  const int64_t m = s.n * s.oh() * s.ow();
  const gemm::Product::Output output{dst, s.dst_pixel(), residual, s.residual_pixel()};
  if (Dense(s)) {
    const auto* data = static_cast<const uint8_t*>(src);
    const int64_t pixel_bytes = taps_.pixel_bytes;
    // Bytes may be read on into the next pixel, but not into others' channels.
    const bool contiguous = taps_.element_bytes == 1 && s.src_pixel() == s.c;
    const gemm::DenseRows rows{data, pixel_bytes, taps_.group_bytes,
                               contiguous ? data + m * pixel_bytes : nullptr};
    product_.Run(m, rows, output, nullptr, pool);
  } else {
    const ImageRows rows(taps_, src, padding_.data());
    product_.Run(m, rows, output, workspace, pool);
  }
}

}  // namespace assay::conv
