// Unfolded codes against the definition, pixel by pixel, between pages that may not be touched.
#include "kernels/conv/code_unfolding.h"

#include <gtest/gtest.h>

#include "tests/kernels/gemm/fill.h"
#include "tests/kernels/gemm/guarded.h"

namespace assay::conv {
namespace {

using Axes = std::vector<UnfoldAxis>;

// With as many outputs as there are places for the kernel between the pads.
UnfoldAxis Axis(int64_t image, int64_t kernel, int64_t stride, int64_t dilation, int64_t pad_begin,
                int64_t pad_end) {
  const int64_t room = image + pad_begin + pad_end - dilation * (kernel - 1) - 1;
  return {image, kernel, stride, dilation, pad_begin, room / stride + 1};
}

// Row `p` and output `column` by the definition.
uint8_t At(const Axes& axes, const uint8_t* image, uint8_t padding, int64_t p, int64_t column) {
  int64_t taps = 1;
  for (const UnfoldAxis& axis : axes) taps *= axis.kernel;
  int64_t tap = p % taps, pixel = 0, place = 1;
  bool inside = true;
  for (size_t i = axes.size(); i-- > 0;) {
    const UnfoldAxis& axis = axes[i];
    const int64_t at =
        column % axis.outputs * axis.stride - axis.pad_begin + tap % axis.kernel * axis.dilation;
    inside &= at >= 0 && at < axis.image;
    pixel += at * place;
    place *= axis.image;
    tap /= axis.kernel;
    column /= axis.outputs;
  }
  return inside ? image[p / taps * place + pixel] : padding;
}

void Check(const Axes& axes, int64_t channels, int64_t nr) {
  constexpr uint8_t kPadding = 77, kFlip = 0x80;
  ASSERT_TRUE(CodeUnfolding::Pays(axes));
  const CodeUnfolding unfolding(axes);
  Guarded image(static_cast<size_t>(channels * unfolding.pixels()), Guarded::Against::kBack);
  std::mt19937 random(1);
  Fill(image.data(), image.size(), Values::kFullRange, random);
  Guarded copy(static_cast<size_t>(channels * unfolding.padded_pixels() + CodeUnfolding::kSlack),
               Guarded::Against::kBack);
  ThreadPool pool(1);
  unfolding.Pad(image.data(), channels, kPadding, kFlip, copy.data(), pool);
  const int64_t k = channels * unfolding.taps();
  for (int64_t first = 0; first < unfolding.outputs(); first += nr) {
    const int64_t columns = std::min(nr, unfolding.outputs() - first);
    Guarded room(static_cast<size_t>(unfolding.room_bytes(channels, columns)),
                 Guarded::Against::kBack);
    const gemm::CodeMatrix matrix =
        unfolding.Unfold(copy.data(), channels, first, columns, room.data());
    EXPECT_TRUE(room.intact() && copy.intact());
    ASSERT_EQ(matrix.k, k);
    ASSERT_EQ(matrix.columns, columns);
    for (int64_t p = 0; p < k; ++p) {
      for (int64_t j = 0; j < columns; ++j) {
        ASSERT_EQ(matrix.data[p * matrix.row_stride + j],
                  At(axes, image.data(), kPadding, p, first + j) ^ kFlip)
            << "row " << p << ", output " << first + j;
      }
    }
  }
}

TEST(CodeUnfolding, IsTheDefinition) {
  int count = 0;
  for (int64_t width : {1, 5, 40}) {
    for (int64_t kernel : {1, 2, 3, 7}) {
      for (int64_t stride : {1, 2, 3, 9}) {
        for (int64_t dilation : {1, 2, 5}) {
          for (int64_t pad : {0, 1, 4}) {
            const UnfoldAxis x = Axis(width + dilation * kernel, kernel, stride, dilation, pad, 1);
            const UnfoldAxis y = Axis(4, kernel == 7 ? 2 : kernel, 1 + count % 2, 1, pad, pad),
                             z = Axis(3, 2, 1, 2, 1, 0);
            Check({x}, 3, 16);
            Check({y, x}, 2, 64);
            Check({z, y, x}, 3, 48);
            ++count;
            if (HasFailure()) return;
          }
        }
      }
    }
  }
}

TEST(CodeUnfolding, KnowsPointwise) {
  const UnfoldAxis wide = Axis(9, 1, 1, 1, 0, 0);
  EXPECT_TRUE(CodeUnfolding(Axes{wide, wide}).pointwise());
  EXPECT_FALSE(CodeUnfolding(Axes{wide, Axis(9, 1, 2, 1, 0, 0)}).pointwise());
  EXPECT_FALSE(CodeUnfolding(Axes{Axis(9, 1, 1, 1, 0, 1), wide}).pointwise());
}

// Small files may say so.
TEST(CodeUnfolding, RefusesAbsurdPads) {
  constexpr int64_t kHuge = int64_t{1} << 40;
  EXPECT_FALSE(CodeUnfolding::Pays(Axes{Axis(1, 2, 1, kHuge, kHuge, 0)}));
  Check({Axis(1, 2, kHuge, kHuge, kHuge, 0)}, 2, 16);  // A line has nothing that no tap reads.
  EXPECT_FALSE(
      CodeUnfolding::Pays(Axes{Axis(1, 2, kHuge, kHuge, kHuge, 0), Axis(4, 1, 1, 1, 0, 0)}));
  EXPECT_FALSE(CodeUnfolding::Pays(Axes(4, Axis(1, 1, 1, 1, 0, 0))));
  EXPECT_FALSE(CodeUnfolding::Pays(Axes()));
  EXPECT_TRUE(CodeUnfolding::Pays(Axes(2, Axis(33, 3, 1, 18, 18, 18))));
}

}  // namespace
}  // namespace assay::conv
