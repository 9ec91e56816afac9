// Every f32 variant against the plain loops, with both operands as data: around the edges of its
// tile, in every order of the right-hand one, in batches, between pages that may not be touched.
#include "kernels/gemm/panel_product.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/base/buffer.h"
#include "kernels/gemm/reference.h"
#include "tests/kernels/gemm/fill.h"
#include "tests/kernels/gemm/guarded.h"

namespace assay::gemm {
namespace {

// How the right-hand operand lies.
enum class Lies { kByRows, kByColumns, kApart };

struct Case {
  int64_t batch = 1, m = 1, n = 1, k = 1;
  Lies rhs = Lies::kByRows;
  bool clamps = false;
  int64_t lhs_extra = 0, dst_extra = 0;  // Elements between rows.
  Guarded::Against side = Guarded::Against::kBack;
  int threads = 1;
};

MatrixView ViewOf(const Case& c, const float* data) {
  switch (c.rhs) {
    case Lies::kByRows:
      return {data, c.n, 1};
    case Lies::kByColumns:
      return {data, 1, c.k};
    case Lies::kApart:
      return {data, 2 * c.n, 2};
  }
  return {};
}

int64_t RhsElements(const Case& c) { return c.n * c.k * (c.rhs == Lies::kApart ? 2 : 1); }

// Runs and compares; returns the bytes of dst.
std::vector<float> Check(const Variant& variant, const Case& c) {
  SCOPED_TRACE(std::string(variant.name) + " " + std::to_string(c.batch) + " times " +
               std::to_string(c.m) + "x" + std::to_string(c.n) + "x" + std::to_string(c.k) +
               " order " + std::to_string(static_cast<int>(c.rhs)));
  std::mt19937 random(static_cast<unsigned>(c.m * 71 + c.n * 13 + c.k));
  const int64_t lhs_stride = c.k + c.lhs_extra, dst_stride = c.n + c.dst_extra;
  const auto lhs_count = static_cast<size_t>(c.batch * c.m * lhs_stride - c.lhs_extra);
  const auto dst_count = static_cast<size_t>(c.batch * c.m * dst_stride - c.dst_extra);
  const auto rhs_count = static_cast<size_t>(c.batch * RhsElements(c));
  Guarded lhs(4 * lhs_count, c.side), rhs(4 * rhs_count, c.side), dst(4 * dst_count, c.side);
  Fill(lhs.as<float>(), lhs_count, Values::kFullRange, random);
  Fill(rhs.as<float>(), rhs_count, Values::kFullRange, random);
  OutputStage stage;
  if (c.clamps) {
    stage.lo = -0.25f;
    stage.hi = 0.5f;
  }
  KernelOptions options;
  options.usable = DetectedIsas();
  options.variant = variant.name;
  options.threads = c.threads;
  const PanelSpec spec{.batch = c.batch,
                       .m = c.m,
                       .n = c.n,
                       .k = c.k,
                       .lhs_stride = lhs_stride,
                       .dst_stride = dst_stride,
                       .dense_rhs = c.rhs == Lies::kByRows};
  const auto product = PanelProduct::Make(spec, stage, options);
  EXPECT_TRUE(product.ok()) << product.message();
  EXPECT_EQ(product->variant(), variant.name);
  Guarded workspace((product->workspace_bytes(c.threads) + 63) / 64 * 64, Guarded::Against::kBack);
  std::fill_n(workspace.as<float>(), workspace.size() / 4,
              std::nanf(""));  // Nothing is read of it.
  ThreadPool pool(c.threads);
  product->Run(
      [&](int64_t b) {
        return PanelProduct::Element{lhs.as<float>() + b * c.m * lhs_stride,
                                     dst.as<float>() + b * c.m * dst_stride};
      },
      [&](const PanelRequest& request) {
        return PackPanel(ViewOf(c, rhs.as<float>() + request.batch * RhsElements(c)), request,
                         DetectedIsas());
      },
      workspace.data(), pool);
  EXPECT_TRUE(dst.intact() && workspace.intact());

  const double gamma = static_cast<double>(c.k + 4) * std::ldexp(1.0, -24);
  for (int64_t row = 0; row < c.batch * c.m; ++row) {
    const float* a = lhs.as<float>() + row * lhs_stride;
    const MatrixView view = ViewOf(c, rhs.as<float>() + row / c.m * RhsElements(c));
    for (int64_t j = 0; j < dst_stride && row * dst_stride + j < static_cast<int64_t>(dst_count);
         ++j) {
      const float got = dst.as<float>()[row * dst_stride + j];
      if (j >= c.n) {
        uint32_t bits;
        std::memcpy(&bits, &got, 4);
        EXPECT_EQ(bits, 0xababababu) << "gap behind row " << row;
        continue;
      }
      double sum = 0, magnitude = 0;
      for (int64_t p = 0; p < c.k; ++p) {
        const double product_of_two =
            double{a[p]} * view.data[p * view.row_stride + j * view.column_stride];
        sum += product_of_two;
        magnitude += std::fabs(product_of_two);
      }
      EXPECT_NEAR(got, StoreF32(stage, static_cast<float>(sum), 0, nullptr), gamma * magnitude)
          << "row " << row << ", column " << j;
      if (testing::Test::HasFailure()) return {};
    }
  }
  return {dst.as<float>(), dst.as<float>() + dst_count};
}

class EveryVariantOfPanels : public testing::TestWithParam<const Variant*> {
 protected:
  void SetUp() override {
    if (GetParam()->f32 == nullptr) GTEST_SKIP() << "does not do f32";
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

TEST_P(EveryVariantOfPanels, TileEdges) {
  int count = 0;
  for (int64_t m : Around(GetParam()->mr)) {
    for (int64_t n : Around(GetParam()->nr)) {
      for (int64_t k : {1, 2, 3, 7, 15, 16, 17, 33, 64}) {
        ++count;
        Check(*GetParam(),
              {.batch = 1 + count % 2,
               .m = m,
               .n = n,
               .k = k,
               .rhs = static_cast<Lies>(count % 3),
               .clamps = count % 4 == 0,
               .lhs_extra = count % 5 == 0 ? 3 : 0,
               .dst_extra = count % 7 == 0 ? 5 : 0,
               .side = count % 2 == 0 ? Guarded::Against::kFront : Guarded::Against::kBack});
        if (HasFailure()) return;
      }
    }
  }
}

// Rows that are more than a cache holds pass by several panels at once.
TEST_P(EveryVariantOfPanels, ManyRows) {
  for (Lies rhs : {Lies::kByRows, Lies::kByColumns}) {
    Check(*GetParam(), {.m = 700, .n = 5 * GetParam()->nr + 1, .k = 130, .rhs = rhs});
  }
}

TEST_P(EveryVariantOfPanels, TheSameBitsWithAnyNumberOfThreads) {
  for (Case c :
       {Case{.batch = 5, .m = 37, .n = 70, .k = 33}, Case{.m = 261, .n = GetParam()->nr, .k = 150},
        Case{.m = 900, .n = 130, .k = 90, .rhs = Lies::kByColumns},
        Case{.batch = 2, .m = 1, .n = 700, .k = 200}}) {
    const std::vector<float> alone = Check(*GetParam(), c);
    for (int threads : {2, 3, 7}) {
      c.threads = threads;
      EXPECT_EQ(Check(*GetParam(), c), alone) << threads << " threads";
    }
  }
}

TEST_P(EveryVariantOfPanels, NaNStaysNaN) {
  const int64_t m = GetParam()->mr + 1, n = GetParam()->nr + 1, k = 5;
  const std::vector<float> rhs(static_cast<size_t>(n * k), 1.0f);
  std::vector<float> lhs(static_cast<size_t>(m * k), 1.0f), dst(static_cast<size_t>(m * n));
  for (int64_t i = 0; i < m; i += 2) lhs[static_cast<size_t>(i * k + 3)] = std::nanf("");
  OutputStage stage;
  stage.lo = 0;
  stage.hi = 6;
  KernelOptions options;
  options.variant = GetParam()->name;
  options.usable = DetectedIsas();
  const auto product = PanelProduct::Make({.m = m, .n = n, .k = k}, stage, options);
  ASSERT_TRUE(product.ok()) << product.message();
  Buffer workspace(product->workspace_bytes(1));
  ThreadPool pool(1);
  product->Run(
      [&](int64_t) {
        return PanelProduct::Element{lhs.data(), dst.data()};
      },
      [&](const PanelRequest& request) {
        return PackPanel({rhs.data(), n, 1}, request, DetectedIsas());
      },
      workspace.data(), pool);
  for (int64_t at = 0; at < m * n; ++at) {
    const float got = dst[static_cast<size_t>(at)];
    if (at / n % 2 == 0) {
      EXPECT_TRUE(std::isnan(got)) << at;
    } else {
      EXPECT_EQ(got, 5.0f) << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, EveryVariantOfPanels, testing::ValuesIn(AllVariants()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(PanelProduct, ReadsAMatrixInPlaceThatLiesAsPanelsDo) {
  alignas(64) float matrix[4 * 16] = {}, room[4 * 16];
  PanelRequest request{0, 0, 16, 4, 16, RhsFormat::kF32, room};
  EXPECT_EQ(PackPanel({matrix, 16, 1}, request), matrix);
  EXPECT_EQ(PackPanel({matrix, 1, 4}, request), room);
  request.columns = 15;
  EXPECT_EQ(PackPanel({matrix, 15, 1}, request), room);
}

TEST(PanelProduct, RefusesAVariantThatDoesNotGoRowByRow) {
  for (const Variant* variant : AllVariants()) {
    if (variant->rhs != RhsFormat::kF32x16 || !UsableIsas().has(variant->isa)) continue;
    KernelOptions options;
    options.variant = variant->name;
    EXPECT_FALSE(PanelProduct::Make({.n = 2, .k = 64, .row_by_row = true}, {}, options).ok());
    options.variant = "";
    const auto chosen = PanelProduct::Make({.n = 2, .k = 64, .row_by_row = true}, {}, options);
    ASSERT_TRUE(chosen.ok());
    EXPECT_NE(chosen->variant(), variant->name);
  }
}

}  // namespace
}  // namespace assay::gemm
