// Every integer variant against plain loops, with both operands as data: around the edges of its
// tile, at the ends of the codes and of their zero points, in batches, between pages that may not
// be touched. All to the bit.
#include "kernels/gemm/code_product.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/base/buffer.h"
#include "kernels/base/quant.h"
#include "tests/kernels/gemm/fill.h"
#include "tests/kernels/gemm/guarded.h"

namespace assay::gemm {
namespace {

struct Case {
  int64_t batch = 1, m = 1, n = 1, k = 1;
  int32_t lhs_zero = 0;
  bool rhs_is_signed = true;
  std::vector<int32_t> rhs_zeros = {0};
  bool requantizes = false;
  Values values = Values::kFullRange;
  Guarded::Against side = Guarded::Against::kBack;
  int threads = 1;
};

// Sums wrap.
int32_t Sum(const Case& c, const uint8_t* lhs, const uint8_t* rhs, int64_t column) {
  const int32_t zero = c.rhs_zeros[c.rhs_zeros.size() == 1 ? 0 : static_cast<size_t>(column)];
  uint32_t sum = 0;
  for (int64_t p = 0; p < c.k; ++p) {
    const uint8_t code = rhs[p * c.n + column];
    const int32_t right = c.rhs_is_signed ? static_cast<int8_t>(code) : code;
    sum += static_cast<uint32_t>((lhs[p] - c.lhs_zero) * (right - zero));
  }
  return static_cast<int32_t>(sum);
}

CodeSpec SpecOf(const Case& c) {
  CodeSpec spec{.batch = c.batch,
                .m = c.m,
                .n = c.n,
                .k = c.k,
                .lhs_zero_point = c.lhs_zero,
                .rhs_is_signed = c.rhs_is_signed,
                .rhs_zero_points = c.rhs_zeros};
  if (!c.requantizes) return spec;
  std::mt19937 random(3);
  spec.scale =
      TestStage(std::max<int64_t>(c.k, 1), c.n % 2 == 0 ? static_cast<size_t>(c.n) : 1, 0, random)
          .scale;
  spec.zero_point = c.lhs_zero == 0 ? 131 : 255 - c.lhs_zero;
  return spec;
}

// Runs and compares; returns the bytes of dst.
std::vector<uint8_t> Check(const Variant& variant, const Case& c) {
  SCOPED_TRACE(std::string(variant.name) + " " + std::to_string(c.batch) + " times " +
               std::to_string(c.m) + "x" + std::to_string(c.n) + "x" + std::to_string(c.k) +
               " zeros " + std::to_string(c.lhs_zero) + ", " + std::to_string(c.rhs_zeros[0]) +
               (c.rhs_is_signed ? " s8" : " u8") + (c.requantizes ? " requantized" : ""));
  std::mt19937 random(static_cast<unsigned>(c.m * 71 + c.n * 13 + c.k));
  const auto count = static_cast<size_t>(c.batch * c.m * c.n);
  const size_t element = c.requantizes ? 1 : 4;
  Guarded lhs(static_cast<size_t>(c.batch * c.m * c.k), c.side);
  Guarded rhs(static_cast<size_t>(c.batch * c.n * c.k), c.side);
  Guarded dst(element * count, c.side);
  Fill(lhs.data(), lhs.size(), c.values, random);
  if (c.rhs_is_signed) {
    Fill(rhs.as<int8_t>(), rhs.size(), c.values, random);
  } else {
    Fill(rhs.data(), rhs.size(), c.values, random);
  }
  KernelOptions options;
  options.usable = DetectedIsas();
  options.variant = variant.name;
  options.threads = c.threads;
  const CodeSpec spec = SpecOf(c);
  const auto product = CodeProduct::Make(spec, options);
  EXPECT_TRUE(product.ok()) << product.message();
  EXPECT_EQ(product->variant(), variant.name);
  Guarded workspace(product->workspace_bytes(c.threads), Guarded::Against::kBack);
  ThreadPool pool(c.threads);
  product->Run(
      [&](int64_t b) {
        return CodeProduct::Element{lhs.data() + b * c.m * c.k, rhs.data() + b * c.n * c.k,
                                    dst.data() + static_cast<size_t>(b * c.m * c.n) * element};
      },
      workspace.data(), pool);
  EXPECT_TRUE(dst.intact() && workspace.intact());

  for (size_t i = 0; i < count; ++i) {
    const auto row = static_cast<int64_t>(i) / c.n, column = static_cast<int64_t>(i) % c.n;
    const int32_t sum = Sum(c, lhs.data() + row * c.k, rhs.data() + row / c.m * c.n * c.k, column);
    if (c.requantizes) {
      const float scale = spec.scale[spec.scale.size() == 1 ? 0 : static_cast<size_t>(column)];
      EXPECT_EQ(dst.data()[i], RoundClamp(static_cast<float>(sum) * scale, spec.zero_point, 0, 255))
          << "row " << row << ", column " << column;
    } else {
      EXPECT_EQ(dst.as<int32_t>()[i], sum) << "row " << row << ", column " << column;
    }
    if (testing::Test::HasFailure()) return {};
  }
  return {dst.data(), dst.data() + dst.size()};
}

class EveryVariantOfCodes : public testing::TestWithParam<const Variant*> {
 protected:
  void SetUp() override {
    if (GetParam()->u8s8s32 == nullptr) GTEST_SKIP() << "does not do integers";
    if (!DetectedIsas().has(GetParam()->isa)) {
      GTEST_SKIP() << "this CPU lacks " << Name(GetParam()->isa);
    }
  }
  static std::vector<int64_t> Around(int64_t tile) {
    std::vector<int64_t> sizes = {1, 2, tile - 1, tile, tile + 1, 2 * tile + 3};
    std::erase_if(sizes, [](int64_t size) { return size < 1; });
    return sizes;
  }
};

TEST_P(EveryVariantOfCodes, TileEdges) {
  constexpr int32_t kLhsZeros[] = {0, 255, 128, 3};
  int count = 0;
  for (int64_t m : Around(GetParam()->mr)) {
    for (int64_t n : Around(GetParam()->nr)) {
      for (int64_t k : {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 33, 64, 67}) {
        ++count;
        const bool is_signed = count % 2 == 0;
        const int32_t zeros[] = {is_signed ? 0 : 128, is_signed ? -128 : 0, is_signed ? 127 : 255};
        Check(*GetParam(),
              {.batch = 1 + count % 2,
               .m = m,
               .n = n,
               .k = k,
               .lhs_zero = kLhsZeros[count / 2 % 4],
               .rhs_is_signed = is_signed,
               .rhs_zeros = {zeros[count / 3 % 3]},
               .requantizes = count % 5 < 2,
               .values = static_cast<Values>(count / 7 % 3),
               .side = count % 3 == 0 ? Guarded::Against::kFront : Guarded::Against::kBack});
        if (HasFailure()) return;
      }
    }
  }
}

TEST_P(EveryVariantOfCodes, ZeroPointsOfColumns) {
  for (bool is_signed : {true, false}) {
    for (bool requantizes : {true, false}) {
      Case c{.m = 9, .n = 2 * GetParam()->nr + 5, .k = 70, .lhs_zero = 255};
      c.rhs_is_signed = is_signed;
      c.requantizes = requantizes;
      c.rhs_zeros.clear();
      for (int64_t j = 0; j < c.n; ++j) {
        c.rhs_zeros.push_back(static_cast<int32_t>(j * 51 % 256) - (is_signed ? 128 : 0));
      }
      Check(*GetParam(), c);
    }
  }
}

// Sums that leave 24 bits, and 32: where floats round, and integers wrap.
TEST_P(EveryVariantOfCodes, LongSums) {
  for (bool requantizes : {true, false}) {
    for (int64_t k : {300, 70'001}) {
      Check(*GetParam(), {.m = 3,
                          .n = 5,
                          .k = k,
                          .rhs_is_signed = false,
                          .requantizes = requantizes,
                          .values = Values::kHighest});
    }
  }
}

TEST_P(EveryVariantOfCodes, TheSameBytesWithAnyNumberOfThreads) {
  for (Case c : {Case{.batch = 5, .m = 37, .n = 70, .k = 33, .lhs_zero = 7, .rhs_zeros = {-5}},
                 Case{.m = 1500, .n = 5 * GetParam()->nr + 1, .k = 190, .requantizes = true},
                 Case{.batch = 2, .m = 1, .n = 700, .k = 200, .lhs_zero = 1}}) {
    const std::vector<uint8_t> alone = Check(*GetParam(), c);
    for (int threads : {2, 3, 7}) {
      c.threads = threads;
      EXPECT_EQ(Check(*GetParam(), c), alone) << threads << " threads";
    }
  }
}

TEST_P(EveryVariantOfCodes, NoProductsToAdd) {
  Check(*GetParam(), {.m = 3, .n = GetParam()->nr + 1, .k = 0, .lhs_zero = 9, .rhs_zeros = {3}});
  Check(*GetParam(), {.m = 3, .n = 2, .k = 0, .lhs_zero = 9, .requantizes = true});
  Check(*GetParam(), {.m = 0, .n = 2, .k = 5});
  Check(*GetParam(), {.m = 2, .n = 0, .k = 5});
  Check(*GetParam(), {.batch = 0, .m = 2, .n = 2, .k = 5});
}

INSTANTIATE_TEST_SUITE_P(Variants, EveryVariantOfCodes, testing::ValuesIn(AllVariants()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(CodeProduct, RefusesAVariantOfReals) {
  KernelOptions options;
  options.variant = "f32_scalar_4x4";
  EXPECT_FALSE(CodeProduct::Make({.n = 2, .k = 64}, options).ok());
}

}  // namespace
}  // namespace assay::gemm
