#include "kernels/conv/word_conv.h"

#include <utility>

namespace assay::conv {
namespace {

constexpr int64_t kWordBytes = WordImage::kWordBytes;

// OIHW: [oc][c][kh][kw], in the order of the words: [oc][words][4].
std::vector<int8_t> InWords(const ConvSpec& s, const WordImage& image, const int8_t* weights) {
  const int64_t words = image.words(), positions = s.kh * s.kw;
  std::vector<int8_t> ordered(static_cast<size_t>(s.oc * words * kWordBytes));
  auto to = ordered.begin();
  for (int64_t oc = 0; oc < s.oc; ++oc) {
    for (int64_t i = 0; i < words * kWordBytes; ++i, ++to) {
      const int64_t byte = image.ByteOf(i / kWordBytes, i % kWordBytes);
      if (byte < 0) continue;
      *to = weights[(oc * s.c + byte % s.c) * positions + byte / s.c];
    }
  }
  return ordered;
}

gemm::RhsView ToView(const ConvSpec& s, const WordImage& image, const int8_t* ordered) {
  gemm::RhsView view;
  view.data = ordered;
  view.taps = image.words();
  view.k_inner = kWordBytes;
  view.n = s.oc;
  view.tap_stride = kWordBytes;
  view.k_inner_stride = 1;
  view.column_stride = image.words() * kWordBytes;
  return view;
}

// The rows of output pixels, a line at a time.
struct WordRows {
  const ConvSpec& spec;
  const WordImage& image;
  const int64_t* offsets;
  const uint8_t* copy;

  gemm::RowSpan operator()(const gemm::TileRows& request, gemm::Tile& tile) const {
    const int64_t ow = spec.ow(), oh = spec.oh();
    const int64_t line = request.first / ow;
    tile.first_row = copy + image.PixelOffset(line / oh, line % oh, request.first - line * ow);
    tile.row_bytes = image.pixel_distance();
    tile.row_offsets = offsets;
    tile.rows = nullptr;
    tile.rhs_offsets = request.panel_offsets;
    tile.taps = image.words();
    tile.k = kWordBytes;
    return {(line + 1) * ow, request.first};
  }
};

}  // namespace

gemm::Problem WordConv::ToProblem(const ConvSpec& s, ComputeType type) {
  const WordImage image(s);
  return {.type = type,
          .m = s.n * s.oh() * s.ow(),
          .n = s.oc,
          .k = kWordBytes,
          .taps = image.words(),
          .row_bytes = image.pixel_distance(),
          .line = s.ow()};
}

WordConv::WordConv(const ConvSpec& spec, WordImage image, gemm::Product product, uint8_t padding)
    : spec_(spec),
      image_(std::move(image)),
      offsets_(image_.WordOffsets()),
      product_(std::move(product)),
      padding_(padding),
      variant_(product_.variant().name) {}

Result<WordConv> WordConv::Make(const ConvSpec& spec, ComputeType type, const Weights& weights,
                                const OutputStage& stage, const KernelOptions& options) {
  WordImage image(spec);
  const std::vector<int8_t> ordered =
      InWords(spec, image, static_cast<const int8_t*>(weights.data));
  ASSAY_ASSIGN_OR_RETURN(
      gemm::Product product,
      gemm::Product::Make(ToProblem(spec, type), ToView(spec, image, ordered.data()), weights.bias,
                          stage, options));
  return WordConv(spec, std::move(image), std::move(product),
                  static_cast<uint8_t>(stage.src_zero_point));
}

size_t WordConv::workspace_bytes(int) const { return static_cast<size_t>(image_.bytes()); }

size_t WordConv::packed_bytes() const {
  return product_.packed_bytes() + offsets_.size() * sizeof(int64_t);
}

void WordConv::Run(const void* src, void* dst, const void* residual, void* workspace,
                   ThreadPool& pool) const {
  auto* copy = static_cast<uint8_t*>(workspace);
  image_.Fill(static_cast<const uint8_t*>(src), padding_, copy, pool);
  const gemm::Product::Output output{dst, spec_.dst_pixel(), residual, spec_.residual_pixel()};
  const WordRows rows{spec_, image_, offsets_.data(), copy};
  product_.Run({spec_.n * spec_.oh() * spec_.ow(), spec_.ow()}, rows, output, nullptr, pool);
}

}  // namespace assay::conv
