// Every integer variant against plain loops, with weights whose rows have zero points and scales of
// their own: around the edges of its tile, at the ends of the codes and of their zero points, in
// batches that share weights, between pages that may not be touched. All to the bit.
#include "kernels/gemm/row_code_product.h"

#include <gtest/gtest.h>

#include <cstring>

#include "kernels/base/quant.h"
#include "tests/kernels/gemm/fill.h"
#include "tests/kernels/gemm/guarded.h"

namespace assay::gemm {
namespace {

struct Case {
  int64_t batch = 1, lefts = 1, m = 1, n = 1, k = 1;
  std::vector<int32_t> lhs_zeros = {0};
  int32_t rhs_zero = 0;
  uint8_t flip = 0;
  bool bias = false, requantizes = false, copies = false;
  int threads = 1;

  int32_t lhs_zero(int64_t row) const {
    return lhs_zeros[lhs_zeros.size() == 1 ? 0 : static_cast<size_t>(row)];
  }
};

RowCodeSpec SpecOf(const Case& c) {
  RowCodeSpec spec{.batch = c.batch,
                   .lefts = c.lefts,
                   .m = c.m,
                   .n = c.n,
                   .k = c.k,
                   .lhs_zero_points = c.lhs_zeros,
                   .rhs_zero_point = c.rhs_zero};
  if (!c.requantizes) return spec;
  std::mt19937 random(3);
  const size_t scales = c.m % 2 == 0 ? static_cast<size_t>(c.lefts * c.m) : 1;
  spec.scale = TestStage(c.k, scales, 0, random).scale;
  spec.zero_point = c.rhs_zero + 128;
  return spec;
}

// Runs and compares; returns the bytes of dst.
std::vector<uint8_t> Check(const Variant& variant, const Case& c) {
  SCOPED_TRACE(std::string(variant.name) + " " + std::to_string(c.batch) + " times " +
               std::to_string(c.m) + "x" + std::to_string(c.n) + "x" + std::to_string(c.k) +
               " zeros " + std::to_string(c.lhs_zeros[0]) + ", " + std::to_string(c.rhs_zero) +
               (c.requantizes ? " requantized" : ""));
  std::mt19937 random(static_cast<unsigned>(c.m * 71 + c.n * 13 + c.k));
  const auto count = static_cast<size_t>(c.batch * c.m * c.n);
  const int64_t rows = c.lefts * c.m;
  Guarded lhs(static_cast<size_t>(rows * c.k), Guarded::Against::kBack);
  Guarded rhs(static_cast<size_t>(c.batch * c.n * c.k), Guarded::Against::kBack);
  Guarded dst((c.requantizes ? 1 : 4) * count, Guarded::Against::kBack);
  Fill(lhs.data(), lhs.size(), Values::kFullRange, random);
  Fill(rhs.data(), rhs.size(), Values::kFullRange, random);
  std::vector<int32_t> bias(static_cast<size_t>(rows));
  for (int32_t& value : bias) value = static_cast<int32_t>(random());
  KernelOptions options;
  options.usable = DetectedIsas();
  options.variant = variant.name;
  options.threads = c.threads;
  const RowCodeSpec spec = SpecOf(c);
  const int64_t room_bytes = c.copies ? c.k * CodeTiles::kMostColumns : 0;
  const auto product = RowCodeProduct::Make(spec, options, room_bytes);
  EXPECT_TRUE(product.ok()) << product.message();
  EXPECT_EQ(product->variant(), variant.name);
  Guarded workspace(product->workspace_bytes(c.threads), Guarded::Against::kBack);
  ThreadPool pool(c.threads);
  const auto pack = [&](int64_t batch, int64_t first, int64_t columns, uint8_t* room) {
    const uint8_t* matrix = rhs.data() + batch * c.n * c.k;
    if (!c.copies) return RowCodeProduct::Columns{{matrix, c.n, c.k, c.n, c.flip}, first};
    for (int64_t p = 0; p < c.k; ++p) {
      std::memcpy(room + p * columns, matrix + p * c.n + first, static_cast<size_t>(columns));
    }
    return RowCodeProduct::Columns{{room, columns, c.k, columns, c.flip}, 0};
  };
  product->Run({lhs.data(), c.bias ? bias.data() : nullptr, dst.data()}, pack, workspace.data(),
               pool);
  EXPECT_TRUE(dst.intact() && workspace.intact());

  for (size_t i = 0; i < count; ++i) {
    const int64_t at = static_cast<int64_t>(i) / c.n, column = static_cast<int64_t>(i) % c.n;
    const int64_t element = at / c.m, row = element % c.lefts * c.m + at % c.m;
    uint32_t sum = c.bias ? static_cast<uint32_t>(bias[static_cast<size_t>(row)]) : 0;
    for (int64_t p = 0; p < c.k; ++p) {
      const auto right =
          static_cast<int8_t>(rhs.data()[(element * c.k + p) * c.n + column] ^ c.flip);
      sum += static_cast<uint32_t>((lhs.data()[row * c.k + p] - c.lhs_zero(row)) *
                                   (right - c.rhs_zero));
    }
    if (c.requantizes) {
      const float scale = spec.scale[spec.scale.size() == 1 ? 0 : static_cast<size_t>(row)];
      EXPECT_EQ(dst.data()[i], RoundClamp(static_cast<float>(static_cast<int32_t>(sum)) * scale,
                                          spec.zero_point, 0, 255))
          << "row " << row << ", column " << column;
    } else {
      EXPECT_EQ(dst.as<int32_t>()[i], static_cast<int32_t>(sum))
          << "row " << row << ", column " << column;
    }
    if (testing::Test::HasFailure()) return {};
  }
  return {dst.data(), dst.data() + dst.size()};
}

class EveryVariantOfRowCodes : public testing::TestWithParam<const Variant*> {
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

TEST_P(EveryVariantOfRowCodes, TileEdges) {
  constexpr int32_t kLhsZeros[] = {0, 255, 128, 3}, kRhsZeros[] = {0, -128, 127, 5};
  int count = 0;
  for (int64_t m : Around(GetParam()->mr)) {
    for (int64_t n : Around(GetParam()->nr)) {
      for (int64_t k : {1, 3, 4, 5, 9, 16, 27, 64, 67}) {
        ++count;
        Check(*GetParam(), {.batch = 1 + count % 3,
                            .lefts = 1 + count % 2,
                            .m = m,
                            .n = n,
                            .k = k,
                            .lhs_zeros = {kLhsZeros[count % 4]},
                            .rhs_zero = kRhsZeros[count / 4 % 4],
                            .flip = static_cast<uint8_t>(count % 2 == 0 ? 0x80 : 0),
                            .bias = count % 3 == 0,
                            .requantizes = count % 5 < 2,
                            .copies = count / 2 % 2 == 0});
        if (HasFailure()) return;
      }
    }
  }
}

TEST_P(EveryVariantOfRowCodes, ZeroPointsOfRows) {
  for (bool requantizes : {true, false}) {
    Case c{.batch = 4, .lefts = 2, .m = 2 * GetParam()->mr + 1, .n = 70, .k = 50, .rhs_zero = -7};
    c.requantizes = requantizes;
    c.bias = true;
    c.lhs_zeros.clear();
    for (int64_t row = 0; row < c.lefts * c.m; ++row) {
      c.lhs_zeros.push_back(static_cast<int32_t>(row * 51 % 256));
    }
    Check(*GetParam(), c);
  }
}

TEST_P(EveryVariantOfRowCodes, TheSameBytesWithAnyNumberOfThreads) {
  for (Case c : {Case{.batch = 4, .lefts = 2, .m = 37, .n = 70, .k = 33, .lhs_zeros = {7}},
                 Case{.m = 300, .n = 9 * GetParam()->nr + 1, .k = 190, .requantizes = true}}) {
    const std::vector<uint8_t> alone = Check(*GetParam(), c);
    for (int threads : {2, 5}) {
      c.threads = threads;
      EXPECT_EQ(Check(*GetParam(), c), alone) << threads << " threads";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, EveryVariantOfRowCodes, testing::ValuesIn(AllVariants()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace assay::gemm
