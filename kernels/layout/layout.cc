#include "kernels/layout/layout.h"

#include <algorithm>

#include "kernels/base/check.h"
#include "kernels/cpu/split.h"
#include "kernels/cpu/widest.h"
#include "kernels/layout/variant.h"

namespace assay::layout {
namespace {

// Transposes of `n` images of `rows` x `cols`, cut along the columns, which are the rows of the
// destination: body(tile, source element, destination element).
void ForEachTile(int64_t n, int64_t rows, int64_t cols, int64_t bytes_per_element, ThreadPool& pool,
                 FunctionRef<void(const Tile&, int64_t, int64_t)> body) {
  ASSAY_CHECK(n >= 0 && rows >= 0 && cols >= 0);
  if (rows == 0) return;
  constexpr int64_t kFarBytes = int64_t{1} << 20;
  const bool far = n * rows * cols * bytes_per_element > kFarBytes;
  Split(
      n * cols, CyclesOfBytes(static_cast<double>(rows * bytes_per_element)), pool,
      [&](int64_t begin, int64_t end, int) {
        while (begin < end) {
          const int64_t image = begin / cols, col = begin % cols;
          const int64_t count = std::min(cols - col, end - begin);
          body({rows, count, cols, rows, far}, image * rows * cols + col, begin * rows);
          begin += count;
        }
      },
      64);
}

void Transpose(int bytes, int64_t n, int64_t rows, int64_t cols, const void* src, void* dst,
               ThreadPool& pool, IsaSet usable) {
  ASSAY_CHECK(bytes == 1 || bytes == 4);
  const Variant& variant = Pick(usable);
  ForEachTile(n, rows, cols, 2 * bytes, pool, [&](const Tile& tile, int64_t from, int64_t to) {
    if (bytes == 1) {
      variant.transpose_1(tile, static_cast<const uint8_t*>(src) + from,
                          static_cast<uint8_t*>(dst) + to);
    } else {
      variant.transpose_4(tile, static_cast<const uint32_t*>(src) + from,
                          static_cast<uint32_t*>(dst) + to);
    }
  });
}

}  // namespace

const Variant& Pick(IsaSet usable) { return Widest(AllVariants(), usable); }

void NchwToNhwc(int bytes, int64_t n, int64_t c, int64_t hw, const void* src, void* dst,
                ThreadPool& pool, IsaSet usable) {
  Transpose(bytes, n, c, hw, src, dst, pool, usable);
}

void NhwcToNchw(int bytes, int64_t n, int64_t c, int64_t hw, const void* src, void* dst,
                ThreadPool& pool, IsaSet usable) {
  Transpose(bytes, n, hw, c, src, dst, pool, usable);
}

void NchwF32ToNhwcU8(int64_t n, int64_t c, int64_t hw, QuantParams params, const float* src,
                     uint8_t* dst, ThreadPool& pool, IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachTile(n, c, hw, 5, pool, [&](const Tile& tile, int64_t from, int64_t to) {
    variant.transpose_quantize(tile, params, src + from, dst + to);
  });
}

}  // namespace assay::layout
