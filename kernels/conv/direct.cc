#include "kernels/conv/direct.h"

#include <cstring>

#include "kernels/conv/widened_image.h"
#include "kernels/gemm/cost.h"
#include "kernels/gemm/dense_rows.h"

namespace assay::conv {
namespace {

constexpr auto kAlignment = static_cast<int64_t>(Buffer::kAlignment);

int64_t RoundUp(int64_t a, int64_t b) { return (a + b - 1) / b * b; }

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

namespace {

// More columns that hang over an edge than this are not worth a band each.
constexpr int64_t kMaxEdgeColumns = 4;

// Taps of column ox that lie within the image's width.
int64_t TapsInside(const ConvSpec& s, int64_t ox) {
  int64_t inside = 0;
  for (int64_t kx = 0; kx < s.kw; ++kx) {
    const int64_t x = ox * s.stride_w - s.pad_left + kx * s.dilation_w;
    inside += x >= 0 && x < s.w;
  }
  return inside * s.kh;
}

// The bands: one of all columns, or the inner one and each column at the edges, if that is reckoned
// to be faster, since a column's tiles leave out the taps that are padding for all of them.
std::vector<Band> Bands(const TapTable& taps, const gemm::Problem& problem,
                        const gemm::Variant& variant) {
  const ConvSpec& s = taps.spec;
  const int64_t begin = taps.inner_begin, end = taps.inner_end, ow = s.ow();
  const std::vector<Band> whole = {Band(0, ow, ow)};
  const int64_t edge_columns = begin + ow - end;
  if (!taps.skip_padding || taps.tap_width > 1 || edge_columns == 0 ||
      edge_columns > kMaxEdgeColumns || end - begin < 2) {
    return whole;
  }
  std::vector<Band> bands = {Band(begin, end, ow)};
  gemm::Problem part = problem;
  part.m = s.n * s.oh() * (end - begin);
  double cycles = EstimateCycles(variant, part, LineTiling(variant, part.m, end - begin));
  part.m = s.n * s.oh();
  part.line = 0;
  part.read_again = true;
  for (int64_t ox = 0; ox < ow; ++ox) {
    if (ox >= begin && ox < end) continue;
    part.taps = TapsInside(s, ox);
    cycles += EstimateCycles(variant, part);
    bands.emplace_back(ox, ox + 1, ow);
  }
  return cycles < EstimateCycles(variant, problem) ? bands : whole;
}

}  // namespace

Direct::Direct(const ConvSpec& spec, gemm::Product product, TapTable taps, Buffer padding,
               std::vector<Band> bands)
    : spec_(spec),
      product_(std::move(product)),
      taps_(std::move(taps)),
      padding_(std::move(padding)),
      bands_(std::move(bands)),
      variant_(product_.variant().name) {}

Result<Direct> Direct::Make(const ConvSpec& spec, ComputeType type, const Weights& weights,
                            const OutputStage& stage, const KernelOptions& options) {
  const int zero_point = type == ComputeType::kF32 ? 0 : stage.src_zero_point;
  const bool widened = WideningPays(spec, SrcBytes(type));
  TapTable taps(widened ? Widened(spec) : spec, SrcBytes(type), zero_point == 0);
  const gemm::Problem problem = ToProblem(spec, type);
  ASSAY_ASSIGN_OR_RETURN(gemm::Product product,
                         gemm::Product::Make(problem, ToView(spec, weights.data),
                                             weights.bias, stage, options, taps.scratch_bytes()));
  Buffer padding(static_cast<size_t>(taps.row_bytes()));
  std::memset(padding.data(), zero_point, padding.size());
  std::vector<Band> bands = Bands(taps, problem, product.variant());
  Direct direct(spec, std::move(product), std::move(taps), std::move(padding), std::move(bands));
  if (widened) direct.copy_bytes_ = RoundUp(WidenedBytes(spec, SrcBytes(type)), kAlignment);
  return direct;
}

size_t Direct::packed_bytes() const {
  return product_.packed_bytes() + padding_.size() + taps_.offsets.size() * sizeof(int64_t);
}

size_t Direct::workspace_bytes(int threads) const {
  if (Dense(spec_)) return 0;
  return static_cast<size_t>(copy_bytes_) + product_.workspace_bytes(threads);
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
    product_.Run({m}, rows, output, nullptr, pool);
    return;
  }
  if (copy_bytes_ > 0) {
    Widen(s, taps_.element_bytes, src, padding_.data()[0], workspace, pool);
    src = workspace;
    workspace = static_cast<uint8_t*>(workspace) + copy_bytes_;
  }
  for (const Band& band : bands_) RunBand(band, src, dst, residual, workspace, pool);
}

void Direct::RunBand(const Band& band, const void* src, void* dst, const void* residual,
                     void* workspace, ThreadPool& pool) const {
  const ConvSpec& s = spec_;
  const int64_t width = band.width.value();
  const int64_t columns = width == 1 ? s.ow() : 1;  // From row to row of the results.
  const int64_t dst_bytes = product_.dst_bytes();
  gemm::Product::Output output{static_cast<uint8_t*>(dst) + band.begin * s.dst_pixel() * dst_bytes,
                               columns * s.dst_pixel(), residual, columns * s.residual_pixel()};
  if (residual != nullptr) {
    output.residual =
        static_cast<const uint8_t*>(residual) + band.begin * s.residual_pixel() * dst_bytes;
  }
  const bool inner = bands_.size() > 1 && width > 1;
  const ImageRows rows(taps_, band, src, padding_.data());
  product_.Run({s.n * s.oh() * width, inner ? width : 0}, rows, output, workspace, pool);
}

}  // namespace assay::conv
