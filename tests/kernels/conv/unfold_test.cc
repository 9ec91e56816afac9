// Unfolded images against the definition, pixel by pixel, and products of them with canaries.
#include "kernels/conv/unfold.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/kernels/gemm/guarded.h"

namespace assay::conv {
namespace {

using Axes = std::array<UnfoldAxis, 3>;

// With as many outputs as there are places for the kernel between the pads.
UnfoldAxis Axis(int64_t image, int64_t kernel, int64_t stride, int64_t dilation, int64_t pad_begin,
                int64_t pad_end) {
  const int64_t room = image + pad_begin + pad_end - dilation * (kernel - 1) - 1;
  return {image, kernel, stride, dilation, pad_begin, room / stride + 1};
}

// Row `p` and output `column` by the definition.
float At(const Axes& axes, int64_t channels, const float* image, int64_t p, int64_t column) {
  const int64_t taps = axes[0].kernel * axes[1].kernel * axes[2].kernel;
  if (p == channels * taps) return 1.0f;
  int64_t tap = p % taps, pixel = 0, place = 1;
  for (size_t i = 3; i-- > 0;) {
    const UnfoldAxis& axis = axes[i];
    const int64_t at =
        column % axis.outputs * axis.stride - axis.pad_begin + tap % axis.kernel * axis.dilation;
    if (at < 0 || at >= axis.image) return 0.0f;
    pixel += at * place;
    place *= axis.image;
    tap /= axis.kernel;
    column /= axis.outputs;
  }
  return image[p / taps * place + pixel];
}

void Check(const Axes& axes, int64_t channels, bool ones, int64_t nr) {
  const Unfolding unfolding(axes, channels, ones);
  const int64_t pixels = channels * unfolding.pixels(), k = unfolding.k();
  Guarded image(4 * static_cast<size_t>(pixels), Guarded::Against::kBack);
  std::iota(image.as<float>(), image.as<float>() + pixels, 1.0f);
  for (int64_t first = 0; first < unfolding.outputs(); first += nr) {
    Guarded room(4 * static_cast<size_t>(k * nr), Guarded::Against::kBack);
    const int64_t columns = std::min(nr, unfolding.outputs() - first);
    unfolding.Pack(image.as<float>(), {.batch = 0,
                                       .first = first,
                                       .columns = columns,
                                       .k = k,
                                       .nr = nr,
                                       .format = gemm::RhsFormat::kF32,
                                       .room = room.as<float>()});
    EXPECT_TRUE(room.intact());
    for (int64_t p = 0; p < k; ++p) {
      for (int64_t j = 0; j < nr; ++j) {
        const float want = j < columns ? At(axes, channels, image.as<float>(), p, first + j) : 0.0f;
        ASSERT_EQ(room.as<float>()[p * nr + j], want) << "row " << p << ", output " << first + j;
      }
    }
  }
}

TEST(Unfolding, IsTheDefinition) {
  int count = 0;
  for (int64_t width : {1, 5, 20}) {
    for (int64_t kernel : {1, 2, 3}) {
      for (int64_t stride : {1, 2, 3}) {
        for (int64_t dilation : {1, 2}) {
          for (int64_t pad : {0, 1, 4}) {
            const UnfoldAxis x = Axis(width + dilation * kernel, kernel, stride, dilation, pad, 1);
            const UnfoldAxis y = Axis(4, kernel, 1 + count % 2, 1, pad, pad),
                             z = Axis(3, 2, 1, 2, 1, 0);
            Check({UnfoldAxis(), y, x}, 2, count % 2 == 0, 16);
            Check({z, y, x}, 3, count % 2 == 1, 8);
            ++count;
          }
        }
      }
    }
  }
}

TEST(Unfolding, OneLineWhereNothingIsMoved) {
  Check({Axis(3, 1, 1, 1, 0, 0), Axis(4, 1, 1, 1, 0, 0), Axis(5, 1, 1, 1, 0, 0)}, 4, false, 32);
  Check({UnfoldAxis(), UnfoldAxis(), Axis(7, 1, 1, 1, 0, 0)}, 1, true, 4);
}

// Pads beyond the kernel: windows that see nothing of the image.
TEST(Unfolding, WindowsInThePaddingAlone) {
  Check({Axis(2, 2, 1, 1, 5, 5), Axis(1, 1, 2, 1, 3, 3), Axis(2, 3, 2, 3, 9, 9)}, 2, true, 64);
}

TEST(Unfolding, TakesFewerAxes) {
  const UnfoldAxis x = Axis(9, 3, 2, 1, 1, 1);
  const Unfolding line(std::span(&x, 1), 2, false);
  EXPECT_EQ(line.k(), 6);
  EXPECT_EQ(line.outputs(), 5);
  EXPECT_EQ(line.pixels(), 9);
}

}  // namespace
}  // namespace assay::conv
