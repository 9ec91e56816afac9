// Every variant against plain sums: around the vectors' ends, rows anywhere, between pages that may
// not be touched.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "kernels/thin/variant.h"
#include "tests/kernels/gemm/fill.h"
#include "tests/kernels/gemm/guarded.h"

namespace assay::thin {
namespace {

class EveryVariant : public testing::TestWithParam<const Variant*> {
 protected:
  void SetUp() override {
    if (!DetectedIsas().has(GetParam()->isa)) {
      GTEST_SKIP() << "this CPU lacks " << Name(GetParam()->isa);
    }
  }

  struct Case {
    int64_t m, n, k;
    bool adds = false, one_row_for_all = false, clamps = false;
    int64_t extra = 0;  // Elements between rows.
    Guarded::Against side = Guarded::Against::kBack;
  };

  static void Check(const Variant& variant, const Case& c) {
    SCOPED_TRACE(std::string(variant.name) + " " + std::to_string(c.m) + "x" + std::to_string(c.n) +
                 "x" + std::to_string(c.k));
    std::mt19937 random(static_cast<unsigned>(c.m * 71 + c.n * 13 + c.k));
    const auto floats = [&](int64_t rows, int64_t columns) {
      return 4 * static_cast<size_t>(rows == 0 ? 0 : (rows - 1) * (columns + c.extra) + columns);
    };
    Guarded lhs(floats(c.m, c.k), c.side), rhs(floats(c.k, c.n), c.side);
    Guarded addend(floats(c.one_row_for_all ? 1 : c.m, c.n), c.side), dst(floats(c.m, c.n), c.side);
    for (Guarded* operand : {&lhs, &rhs, &addend}) {
      Fill(operand->as<float>(), operand->size() / 4, Values::kFullRange, random);
    }
    std::vector<int64_t> offsets(static_cast<size_t>(c.k));
    for (size_t p = 0; p < offsets.size(); ++p) {
      offsets[p] = static_cast<int64_t>(offsets.size() - 1 - p) * (c.n + c.extra);
    }
    Product product{.m = c.m,
                    .n = c.n,
                    .k = c.k,
                    .lhs = lhs.as<float>(),
                    .lhs_stride = c.k + c.extra,
                    .rhs = rhs.as<float>(),
                    .offsets = offsets.data(),
                    .addend = c.adds ? addend.as<float>() : nullptr,
                    .addend_stride = c.one_row_for_all ? 0 : c.n + c.extra,
                    .dst = dst.as<float>(),
                    .dst_stride = c.n + c.extra};
    if (c.clamps) {
      product.lo = -0.25f;
      product.hi = 0.5f;
    }
    variant.f32(product);
    EXPECT_TRUE(dst.intact());
    const double gamma = static_cast<double>(c.k + 4) * std::ldexp(1.0, -24);
    for (int64_t i = 0; i < c.m; ++i) {
      for (int64_t j = 0; j < c.n; ++j) {
        double sum = c.adds ? addend.as<float>()[i * product.addend_stride + j] : 0;
        double magnitude = std::fabs(sum);
        for (int64_t p = 0; p < c.k; ++p) {
          const double term = double{product.lhs[i * product.lhs_stride + p]} *
                              product.rhs[offsets[static_cast<size_t>(p)] + j];
          sum += term;
          magnitude += std::fabs(term);
        }
        if (c.clamps) sum = std::fmin(std::fmax(sum, -0.25), 0.5);
        ASSERT_NEAR(product.dst[i * product.dst_stride + j], sum, gamma * magnitude)
            << "row " << i << ", column " << j;
      }
    }
  }
};

TEST_P(EveryVariant, SumsAroundTheVectorsEnds) {
  int count = 0;
  for (int64_t m = 1; m <= kMostRows; ++m) {
    for (int64_t n :
         {1, 3, 7, 8, 9, 15, 16, 17, 28, 31, 33, 47, 63, 64, 65, 97, 127, 128, 129, 197, 300}) {
      for (int64_t k : {1, 2, 5, 27}) {
        ++count;
        Check(*GetParam(),
              {.m = m,
               .n = n,
               .k = k,
               .adds = count % 2 == 0,
               .one_row_for_all = count % 4 == 0,
               .clamps = count % 3 == 0,
               .extra = count % 5 == 0 ? 3 : 0,
               .side = count % 7 < 3 ? Guarded::Against::kFront : Guarded::Against::kBack});
        if (HasFailure()) return;
      }
    }
  }
}

TEST_P(EveryVariant, NothingToAddOrToStore) {
  Check(*GetParam(), {.m = 2, .n = 19, .k = 0});
  Check(*GetParam(), {.m = 2, .n = 19, .k = 0, .adds = true});
  Check(*GetParam(), {.m = 0, .n = 4, .k = 3});
  Check(*GetParam(), {.m = 3, .n = 0, .k = 3});
}

TEST_P(EveryVariant, NaNStaysNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> lhs = {1, nan, 1, 1}, rhs(2 * 21, 2.0f);
  const int64_t offsets[] = {0, 21};
  std::vector<float> dst(2 * 21);
  GetParam()->f32({.m = 2,
                   .n = 21,
                   .k = 2,
                   .lhs = lhs.data(),
                   .lhs_stride = 2,
                   .rhs = rhs.data(),
                   .offsets = offsets,
                   .dst = dst.data(),
                   .dst_stride = 21,
                   .lo = 0,
                   .hi = 6});
  for (size_t j = 0; j < 21; ++j) {
    EXPECT_TRUE(std::isnan(dst[j]));
    EXPECT_EQ(dst[21 + j], 4.0f);
  }
}

// What of a row is computed with others, and with how many columns, does not change it.
TEST_P(EveryVariant, TheSameBitsWithFewerRowsAndColumns) {
  constexpr int64_t kN = 137, kK = 41;
  std::mt19937 random(5);
  std::vector<float> lhs(4 * kK), rhs(kN * kK), whole(4 * kN), part(kN);
  Fill(lhs.data(), lhs.size(), Values::kFullRange, random);
  Fill(rhs.data(), rhs.size(), Values::kFullRange, random);
  std::vector<int64_t> offsets(kK);
  for (size_t p = 0; p < offsets.size(); ++p) offsets[p] = static_cast<int64_t>(p) * kN;
  Product product{.m = 4,
                  .n = kN,
                  .k = kK,
                  .lhs = lhs.data(),
                  .lhs_stride = kK,
                  .rhs = rhs.data(),
                  .offsets = offsets.data(),
                  .dst = whole.data(),
                  .dst_stride = kN};
  GetParam()->f32(product);
  for (size_t i = 0; i < 4; ++i) {
    product.m = 1;
    product.lhs = lhs.data() + i * kK;
    product.rhs = rhs.data() + 3;
    product.n = kN - 10;
    product.dst = part.data();
    GetParam()->f32(product);
    for (size_t j = 0; j < static_cast<size_t>(product.n); ++j) {
      ASSERT_EQ(part[j], whole[i * kN + j + 3]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Thin, EveryVariant, testing::ValuesIn(AllVariants()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace assay::thin
