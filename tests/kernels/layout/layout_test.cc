// Every variant transposes exactly, around the edges of its blocks, and quantizes as the
// definition.
#include "kernels/layout/layout.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "kernels/layout/variant.h"
#include "tests/kernels/elementwise/guarded.h"

namespace assay::layout {
namespace {

struct Extents {
  int64_t n, c, hw;
};
constexpr Extents kExtents[] = {
    {1, 1, 1},   {2, 3, 49},  {1, 16, 64},   {3, 15, 63},  {1, 17, 65},
    {2, 33, 31}, {1, 64, 16}, {1, 100, 7},   {2, 1, 784},  {1, 3, 5000},
    {1, 2, 100}, {1, 4, 131}, {1, 129, 200}, {1, 70, 9000}};  // Far: fetched ahead.

class EveryVariant : public testing::TestWithParam<const Variant*> {
 protected:
  void SetUp() override {
    if (!DetectedIsas().has(GetParam()->isa))
      GTEST_SKIP() << "this CPU lacks " << Name(GetParam()->isa);
    usable = *IsaCap(Name(GetParam()->isa));
    ASSERT_EQ(&Pick(usable), GetParam());
  }
  IsaSet usable;
  std::mt19937 random{1};
};

template <typename T>
void CheckBothWays(const Extents& e, Guard guard, IsaSet usable, std::mt19937& random) {
  ThreadPool pool(2);
  Guarded<T> src(e.n * e.c * e.hw, guard), dst(src.size(), guard), back(src.size(), guard);
  for (int64_t i = 0; i < src.size(); ++i) src[i] = static_cast<T>(random());
  NchwToNhwc(sizeof(T), e.n, e.c, e.hw, src.data(), dst.data(), pool, usable);
  for (int64_t i = 0; i < src.size(); ++i) {
    const int64_t image = i / (e.c * e.hw), channel = i / e.hw % e.c, pixel = i % e.hw;
    ASSERT_EQ(dst[(image * e.hw + pixel) * e.c + channel], src[i]) << i;
  }
  NhwcToNchw(sizeof(T), e.n, e.c, e.hw, dst.data(), back.data(), pool, usable);
  for (int64_t i = 0; i < src.size(); ++i) ASSERT_EQ(back[i], src[i]) << i;
  EXPECT_TRUE(dst.Intact() && back.Intact());
}

TEST_P(EveryVariant, TransposesBothWays) {
  for (const Extents& e : kExtents) {
    for (Guard guard : {Guard::kBefore, Guard::kAfter}) {
      SCOPED_TRACE(std::to_string(e.c) + " x " + std::to_string(e.hw));
      CheckBothWays<uint8_t>(e, guard, usable, random);
      CheckBothWays<uint32_t>(e, guard, usable, random);
    }
  }
}

TEST_P(EveryVariant, QuantizesOnTheWay) {
  ThreadPool pool(2);
  for (const Extents& e : kExtents) {
    Guarded<float> src(e.n * e.c * e.hw);
    Guarded<uint8_t> dst(src.size());
    const QuantParams params{0.25f, 77};
    for (int64_t i = 0; i < src.size(); ++i) {  // Eighths: ties among them, and what saturates.
      src[i] = static_cast<float>(static_cast<int>(random() % 801) - 400) / 8;
    }
    NchwF32ToNhwcU8(e.n, e.c, e.hw, params, src.data(), dst.data(), pool, usable);
    for (int64_t i = 0; i < src.size(); ++i) {
      const int64_t image = i / (e.c * e.hw), channel = i / e.hw % e.c, pixel = i % e.hw;
      ASSERT_EQ(dst[(image * e.hw + pixel) * e.c + channel], Quantize(src[i], params)) << src[i];
    }
    EXPECT_TRUE(dst.Intact());
  }
}

INSTANTIATE_TEST_SUITE_P(Layout, EveryVariant,
                         testing::ValuesIn(AllVariants().begin(), AllVariants().end()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace assay::layout
