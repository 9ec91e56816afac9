#include "kernels/base/divisor.h"

#include <gtest/gtest.h>

#include <random>

namespace assay {
namespace {

TEST(Divisor, DividesExactly) {
  std::mt19937_64 random(1);
  for (int64_t d : {1L, 2L, 3L, 5L, 7L, 9L, 14L, 28L, 56L, 112L, 224L, 641L, 1L << 16,
                    (1L << 20) - 1, 1L << 30, (1L << 31) - 1, 1L << 31, (1L << 40) + 7}) {
    const Divisor divisor(d);
    for (int64_t multiple = 0; multiple < 2000; ++multiple) {  // Around the multiples.
      for (int64_t n : {multiple * d - 1, multiple * d, multiple * d + 1}) {
        if (n < 0) continue;
        ASSERT_EQ(divisor.Quotient(n), n / d) << n << " / " << d;
      }
    }
    for (int bits : {8, 31, 32, 62}) {
      for (int i = 0; i < 2000; ++i) {
        const auto n = static_cast<int64_t>(random() >> (64 - bits));
        ASSERT_EQ(divisor.Quotient(n), n / d) << n << " / " << d;
      }
    }
    ASSERT_EQ(divisor.Quotient(INT32_MAX), INT32_MAX / d);
  }
}

}  // namespace
}  // namespace assay
