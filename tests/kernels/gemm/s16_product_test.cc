// Products of s16 by every variant that has them, against the plain loops: around the edges of its
// tile, at the ends of the operands' range, with rows and results that end at a page that may not
// be touched.
#include <gtest/gtest.h>

#include "kernels/gemm/dense_rows.h"
#include "kernels/gemm/product.h"
#include "tests/kernels/gemm/fill.h"
#include "tests/kernels/gemm/guarded.h"

namespace assay::gemm {
namespace {

struct Case {
  int64_t m = 1, n = 1, k = 2;
  int64_t groups = 1;
  Values values = Values::kFullRange;
  int threads = 1;
};

void Check(const Variant& variant, const Case& c) {
  SCOPED_TRACE(std::string(variant.name) + " " + std::to_string(c.m) + "x" + std::to_string(c.n) +
               "x" + std::to_string(c.k));
  std::mt19937 random(7);
  const auto count = [](int64_t value) { return static_cast<size_t>(value); };
  Guarded lhs(count(c.groups * c.m * c.k) * 2, Guarded::Against::kBack);
  Guarded dst(count(c.groups * c.m * c.n) * 4, Guarded::Against::kBack);
  std::vector<int16_t> rhs(count(c.groups * c.n * c.k));
  Fill(lhs.as<int16_t>(), lhs.size() / 2, c.values, random);
  Fill(rhs.data(), rhs.size(), c.values, random);

  const Problem problem{
      .type = ComputeType::kS16S16S32, .m = c.m, .n = c.n, .k = c.k, .groups = c.groups};
  const RhsView view{.data = rhs.data(),
                     .groups = c.groups,
                     .k_inner = c.k,
                     .n = c.n,
                     .group_stride = c.n * c.k,
                     .k_inner_stride = 1,
                     .column_stride = c.k};
  KernelOptions options;
  options.usable = DetectedIsas();
  options.variant = variant.name;
  options.threads = c.threads;
  const auto product = Product::Make(problem, view, nullptr, OutputStage{}, options);
  ASSERT_TRUE(product.ok()) << product.message();
  ThreadPool pool(c.threads);
  const DenseRows rows{lhs.data(), c.k * 2, c.m * c.k * 2, nullptr};
  product->Run({c.m}, rows, {dst.data(), c.n, nullptr, 0, c.m * c.n}, nullptr, pool);
  EXPECT_TRUE(dst.intact());

  for (int64_t group = 0; group < c.groups; ++group) {
    for (int64_t i = 0; i < c.m; ++i) {
      for (int64_t j = 0; j < c.n; ++j) {
        uint32_t want = 0;
        for (int64_t p = 0; p < c.k; ++p) {
          want += static_cast<uint32_t>(lhs.as<int16_t>()[(group * c.m + i) * c.k + p] *
                                        rhs[count((group * c.n + j) * c.k + p)]);
        }
        ASSERT_EQ(static_cast<uint32_t>(dst.as<int32_t>()[(group * c.m + i) * c.n + j]), want)
            << "at " << group << ", " << i << ", " << j;
      }
    }
  }
}

class EveryS16Variant : public testing::TestWithParam<const Variant*> {
 protected:
  void SetUp() override {
    if (!DetectedIsas().has(GetParam()->isa)) {
      GTEST_SKIP() << "this CPU lacks " << Name(GetParam()->isa);
    }
  }
};

TEST_P(EveryS16Variant, TileEdges) {
  const Variant& v = *GetParam();
  for (int64_t m : {int64_t{1}, v.mr - 1, v.mr, v.mr + 1, 2 * v.mr + 1}) {
    for (int64_t n : {int64_t{1}, v.nr / 2, v.nr - 1, v.nr, v.nr + 1, 2 * v.nr + 3}) {
      if (m < 1 || n < 1) continue;
      for (int64_t k : {2, 4, 6, 8, 10, 62, 64}) Check(v, {.m = m, .n = n, .k = k});
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(EveryS16Variant, ExtremesAndWrapping) {
  for (Values values : {Values::kExtremes, Values::kHighest}) {
    Check(*GetParam(), {.m = 13, .n = 33, .k = 258, .values = values});
  }
}

TEST_P(EveryS16Variant, GroupsAndThreads) {
  for (int threads : {1, 2}) {
    Check(*GetParam(), {.m = 40, .n = 70, .k = 32, .groups = 36, .threads = threads});
  }
}

std::vector<const Variant*> OfS16() {
  std::vector<const Variant*> variants(AllVariants().begin(), AllVariants().end());
  std::erase_if(variants, [](const Variant* v) { return v->s16s16s32 == nullptr; });
  return variants;
}

INSTANTIATE_TEST_SUITE_P(Variants, EveryS16Variant, testing::ValuesIn(OfS16()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace assay::gemm
