#include "kernels/base/quant.h"

#include <gtest/gtest.h>

#include <limits>

namespace assay {
namespace {

TEST(Quant, RoundsHalfToEvenBeforeTheZeroPoint) {
  // With the zero point added first, 0.5 + 1 would round to 2: the tie must be decided without it.
  EXPECT_EQ(RoundClamp(0.5f, 1, 0, 255), 1);
  EXPECT_EQ(RoundClamp(1.5f, 1, 0, 255), 3);
  EXPECT_EQ(RoundClamp(2.5f, 0, 0, 255), 2);
  EXPECT_EQ(RoundClamp(-0.5f, 10, 0, 255), 10);
  EXPECT_EQ(RoundClamp(-1.5f, 10, 0, 255), 8);
}

TEST(Quant, SaturatesAnything) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(RoundClamp(kInf, 3, 0, 255), 255);
  EXPECT_EQ(RoundClamp(-kInf, 3, 0, 255), 0);
  EXPECT_EQ(RoundClamp(1e30f, 0, 0, 255), 255);
  EXPECT_EQ(RoundClamp(std::numeric_limits<float>::quiet_NaN(), 3, 0, 255), 0);
}

TEST(Quant, EveryCodeSurvivesARoundTrip) {
  for (int32_t zero_point : {0, 1, 127, 128, 255}) {
    const QuantParams params{0.037f, zero_point};
    for (int q = 0; q < 256; ++q) {
      EXPECT_EQ(Quantize(Dequantize(static_cast<uint8_t>(q), params), params), q);
    }
  }
}

}  // namespace
}  // namespace assay
