#include "kernels/conv/widened_image.h"

#include <algorithm>
#include <cstring>

#include "kernels/conv/image_rows.h"
#include "kernels/cpu/split.h"

namespace assay::conv {
namespace {

// Measured: a tap at an edge, and copying a line, beside its bytes.
constexpr double kEdgeTapCycles = 50, kLineCycles = 20, kBytesPerCycle = 16;

double LineCycles(const ConvSpec& s, int64_t element) {
  const int64_t bytes = (s.w + s.pad_left + s.pad_right) * s.c * element;
  return kLineCycles + static_cast<double>(bytes) / kBytesPerCycle;
}

}  // namespace

ConvSpec Widened(const ConvSpec& spec) {
  ConvSpec wide = spec;
  wide.w = spec.w + spec.pad_left + spec.pad_right;
  wide.pad_left = wide.pad_right = 0;
  wide.src_stride = 0;
  return wide;
}

bool WideningPays(const ConvSpec& s, int64_t element) {
  if (!WholeKernelRows(s)) return false;
  const TapTable taps(s, element, false);
  const int64_t edge_columns = s.ow() - (taps.inner_end - taps.inner_begin);
  const double edges = static_cast<double>(s.oh() * edge_columns * s.kh) * kEdgeTapCycles;
  return edges > 2 * static_cast<double>(s.h) * LineCycles(s, element);
}

int64_t WidenedBytes(const ConvSpec& spec, int64_t element) {
  const ConvSpec wide = Widened(spec);
  return wide.n * wide.h * wide.w * wide.c * element;
}

void Widen(const ConvSpec& s, int64_t element, const void* src, int padding, void* copy,
           ThreadPool& pool) {
  const int64_t pixel = s.c * element, line = s.w * pixel;
  const auto left = static_cast<size_t>(s.pad_left * pixel);
  const auto right = static_cast<size_t>(s.pad_right * pixel);
  const auto wide_line = static_cast<int64_t>(left + right) + line;
  Split(s.n * s.h, LineCycles(s, element), pool, [&](int64_t begin, int64_t end, int) {
    for (int64_t y = begin; y < end; ++y) {
      auto* to = static_cast<uint8_t*>(copy) + y * wide_line;
      std::memset(to, padding, left);
      std::memcpy(to + left, static_cast<const uint8_t*>(src) + y * line,
                  static_cast<size_t>(line));
      std::memset(to + left + line, padding, right);
    }
  });
}

}  // namespace assay::conv
