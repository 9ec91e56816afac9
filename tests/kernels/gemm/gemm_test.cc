// Every variant against the plain loops: around the edges of its tile, at the ends of the operands'
// range, with strided operands that end at a page that may not be read.
#include "kernels/gemm/gemm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "kernels/base/buffer.h"
#include "kernels/gemm/dispatch.h"
#include "kernels/gemm/reference.h"
#include "kernels/gemm/variant.h"
#include "tests/kernels/gemm/fill.h"
#include "tests/kernels/gemm/guarded.h"

namespace assay::gemm {
namespace {

struct Case {
  ComputeType type = ComputeType::kF32;
  int64_t m = 1, n = 1, k = 1;
  int32_t zero_point = 0;
  Values values = Values::kFullRange;
  bool bias = true, residual = false, transposed = false;
  int64_t lhs_extra = 0, dst_extra = 0;  // Elements between rows.
  Guarded::Against side = Guarded::Against::kBack;
  int threads = 1;
};

size_t Extent(int64_t rows, int64_t columns, int64_t stride) {
  return static_cast<size_t>((rows - 1) * stride + columns);
}

// Dense copy of a strided matrix.
std::vector<uint8_t> Dense(const uint8_t* data, int64_t rows, int64_t columns, int64_t stride,
                           size_t element) {
  const size_t row_bytes = static_cast<size_t>(columns) * element;
  std::vector<uint8_t> dense(static_cast<size_t>(rows) * row_bytes);
  for (int64_t i = 0; i < rows; ++i) {
    std::memcpy(dense.data() + static_cast<size_t>(i) * row_bytes,
                data + static_cast<size_t>(i * stride) * element, row_bytes);
  }
  return dense;
}

void ExpectWithinBound(const Case& c, const float* got, const float* want, const float* lhs,
                       const float* rhs) {
  // gamma of k products and sums, plus bias, residual and the rounding of the reference itself.
  const double gamma = static_cast<double>(c.k + 4) * std::ldexp(1.0, -24);
  for (int64_t i = 0; i < c.m; ++i) {
    for (int64_t j = 0; j < c.n; ++j) {
      double magnitude = 2;  // |bias| + |residual| <= 2
      for (int64_t p = 0; p < c.k; ++p) {
        magnitude += std::fabs(double{lhs[i * c.k + p]} * rhs[p * c.n + j]);
      }
      ASSERT_NEAR(got[i * c.n + j], want[i * c.n + j], gamma * magnitude)
          << "at " << i << ", " << j;
    }
  }
}

class Runner {
 public:
  explicit Runner(const Variant& variant) : variant_(variant) {}

  void Check(const Case& c) {
    SCOPED_TRACE(std::string(variant_.name) + " " + std::string(Name(c.type)) + " " +
                 std::to_string(c.m) + "x" + std::to_string(c.n) + "x" + std::to_string(c.k) +
                 " zero point " + std::to_string(c.zero_point) + (c.residual ? " residual" : ""));
    const size_t src = SrcBytes(c.type), out = DstBytes(c.type);
    const int64_t lhs_stride = c.k + c.lhs_extra, dst_stride = c.n + c.dst_extra;
    Guarded lhs(Extent(c.m, c.k, lhs_stride) * src, c.side);
    Guarded residual(Extent(c.m, c.n, dst_stride) * out, c.side);
    Guarded dst(Extent(c.m, c.n, dst_stride) * out, c.side);
    FillOperand(c.type, lhs, c.values);
    FillOperand(c.type, residual, c.values);
    const auto n = static_cast<size_t>(c.n);
    const TestWeights weights(c.type, n * static_cast<size_t>(c.k), n, c.bias, c.values, random_);
    const OutputStage stage = MakeStage(c);

    const GemmSpec spec{.m = c.m, .n = c.n, .k = c.k, .rhs_transposed = c.transposed};
    KernelOptions options;
    options.usable = DetectedIsas();
    options.variant = variant_.name;
    auto gemm = Gemm::Make(spec, c.type, weights.view, stage, options);
    ASSERT_TRUE(gemm.ok()) << gemm.message();
    EXPECT_EQ(gemm->variant(), variant_.name);
    ThreadPool pool(c.threads);
    gemm->Run(c.m,
              {lhs.data(), lhs_stride, dst.data(), dst_stride,
               c.residual ? residual.data() : nullptr, dst_stride},
              pool);
    EXPECT_TRUE(dst.intact());
    ExpectGapsIntact(dst, c, out);

    const auto a = Dense(lhs.data(), c.m, c.k, lhs_stride, src);
    const auto r = Dense(residual.data(), c.m, c.n, dst_stride, out);
    const auto got = Dense(dst.data(), c.m, c.n, dst_stride, out);
    const auto b = Rhs(c, weights);
    std::vector<uint8_t> want(got.size());
    ReferenceGemm(c.type, c.m, c.n, c.k, a.data(), b.data(), weights.view.bias, stage,
                  c.residual ? r.data() : nullptr, want.data());
    if (c.type == ComputeType::kF32) {
      ExpectWithinBound(c, reinterpret_cast<const float*>(got.data()),
                        reinterpret_cast<const float*>(want.data()),
                        reinterpret_cast<const float*>(a.data()),
                        reinterpret_cast<const float*>(b.data()));
    } else {
      ASSERT_EQ(got, want);
    }
  }

 private:
  void FillOperand(ComputeType type, Guarded& operand, Values values) {
    if (type == ComputeType::kF32) {
      Fill(operand.as<float>(), operand.size() / 4, values, random_);
    } else {
      Fill(operand.as<uint8_t>(), operand.size(), values, random_);
    }
  }

  OutputStage MakeStage(const Case& c) {
    const bool per_channel = c.n % 2 == 0;
    OutputStage stage =
        TestStage(c.k, per_channel ? static_cast<size_t>(c.n) : 1, c.zero_point, random_);
    if (c.m % 2 == 0) {  // Clamps, as a fused ReLU6 has them.
      stage.lo = -0.25f;
      stage.hi = 0.75f;
      stage.q_lo = 17;
      stage.q_hi = 230;
      stage.sum_lo = 40;
      stage.sum_hi = 251;
    }
    stage.zero_point = c.zero_point == 0 ? 0 : 131;
    stage.residual = c.residual;
    stage.acc_ratio = 0.61f;
    stage.residual_ratio = 0.7f;
    stage.residual_zero_point = c.zero_point;
    stage.sum_zero_point = 255 - c.zero_point;
    return stage;
  }

  static std::vector<uint8_t> Rhs(const Case& c, const TestWeights& weights) {
    const size_t element = SrcBytes(c.type), k = static_cast<size_t>(c.k);
    const size_t n = static_cast<size_t>(c.n);
    const uint8_t* data = static_cast<const uint8_t*>(weights.view.data);
    std::vector<uint8_t> rhs(data, data + n * k * element);
    if (!c.transposed) return rhs;
    for (size_t p = 0; p < k; ++p) {
      for (size_t j = 0; j < n; ++j) {
        std::memcpy(&rhs[(p * n + j) * element], data + (j * k + p) * element, element);
      }
    }
    return rhs;
  }

  static void ExpectGapsIntact(const Guarded& dst, const Case& c, size_t element) {
    const size_t row = static_cast<size_t>(c.n) * element;
    const size_t stride = static_cast<size_t>(c.n + c.dst_extra) * element;
    for (size_t at = 0; at < dst.size(); ++at) {
      if (at % stride >= row) {
        ASSERT_EQ(dst.data()[at], Guarded::kCanary) << "gap at " << at;
      }
    }
  }

  const Variant& variant_;
  std::mt19937 random_{1};
};

class EveryVariant : public testing::TestWithParam<const Variant*> {
 protected:
  void SetUp() override {
    if (!DetectedIsas().has(GetParam()->isa)) {
      GTEST_SKIP() << "this CPU lacks " << Name(GetParam()->isa);
    }
  }
  std::vector<ComputeType> types() const {
    std::vector<ComputeType> types;
    for (ComputeType type : {ComputeType::kF32, ComputeType::kU8S8S32, ComputeType::kU8S8U8}) {
      if (KernelFor(*GetParam(), type) != nullptr) types.push_back(type);
    }
    return types;
  }
  // 1, 2, 3 and the neighbourhood of one and two tiles.
  static std::vector<int64_t> Around(int64_t tile) {
    std::vector<int64_t> sizes;
    for (int64_t s : {int64_t{1}, int64_t{2}, int64_t{3}, tile - 1, tile, tile + 1, 2 * tile + 1}) {
      if (s > 0 && std::find(sizes.begin(), sizes.end(), s) == sizes.end()) sizes.push_back(s);
    }
    return sizes;
  }
};

TEST_P(EveryVariant, TileEdges) {
  Runner runner(*GetParam());
  int count = 0;
  for (ComputeType type : types()) {
    for (int64_t m : Around(GetParam()->mr)) {
      for (int64_t n : Around(GetParam()->nr)) {
        for (int64_t k : {1, 2, 3, 4, 5, 7, 8, 9, 31, 64}) {
          ++count;
          runner.Check(
              {.type = type,
               .m = m,
               .n = n,
               .k = k,
               .zero_point = count % 3 == 0 ? 0 : 128,
               .bias = count % 5 != 0,
               .residual = type != ComputeType::kU8S8S32 && count % 2 == 0,
               .transposed = count % 7 == 0,
               .side = count % 4 == 0 ? Guarded::Against::kFront : Guarded::Against::kBack});
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST_P(EveryVariant, EveryRowAndColumnCount) {
  Runner runner(*GetParam());
  for (ComputeType type : types()) {
    for (int64_t m = 1; m <= GetParam()->mr; ++m)
      runner.Check({.type = type, .m = m, .n = 5, .k = 6});
    for (int64_t n = 1; n <= GetParam()->nr; ++n) {
      runner.Check(
          {.type = type, .m = 2, .n = n, .k = 6, .residual = type != ComputeType::kU8S8S32});
    }
  }
}

TEST_P(EveryVariant, ExtremeOperandsAndZeroPoints) {
  Runner runner(*GetParam());
  for (ComputeType type : types()) {
    for (int32_t zero_point : {0, 1, 128, 255}) {
      for (int64_t k : {3, 64, 1027}) {
        for (bool residual : {false, true}) {
          if (residual && type == ComputeType::kU8S8S32) continue;
          runner.Check({.type = type,
                        .m = GetParam()->mr + 1,
                        .n = GetParam()->nr + 1,
                        .k = k,
                        .zero_point = zero_point,
                        .values = Values::kExtremes,
                        .residual = residual});
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST_P(EveryVariant, StridedAndMisaligned) {
  Runner runner(*GetParam());
  for (ComputeType type : types()) {
    for (int64_t extra : {1, 3, 64}) {
      runner.Check({.type = type,
                    .m = 2 * GetParam()->mr + 1,
                    .n = GetParam()->nr + 3,
                    .k = 37,
                    .zero_point = 7,
                    .residual = type != ComputeType::kU8S8S32,
                    .lhs_extra = extra,
                    .dst_extra = extra});
    }
  }
}

TEST_P(EveryVariant, TwoThreads) {
  Runner runner(*GetParam());
  for (ComputeType type : types()) {
    runner.Check({.type = type, .m = 130, .n = 150, .k = 200, .zero_point = 3, .threads = 2});
    runner.Check({.type = type, .m = 3, .n = 500, .k = 900, .zero_point = 3, .threads = 2});
  }
}

// A broken model shows: the clamp of a fused activation does not hide a NaN.
TEST_P(EveryVariant, NaNStaysNaN) {
  if (GetParam()->f32 == nullptr) return;
  const int64_t m = GetParam()->mr + 1, n = GetParam()->nr + 1, k = 5;
  const std::vector<float> weights(static_cast<size_t>(n * k), 1.0f);
  std::vector<float> lhs(static_cast<size_t>(m * k), 1.0f), dst(static_cast<size_t>(m * n));
  for (int64_t i = 0; i < m; i += 2) lhs[static_cast<size_t>(i * k + 3)] = std::nanf("");
  OutputStage stage;
  stage.lo = 0;
  stage.hi = 6;
  KernelOptions options;
  options.usable = DetectedIsas();
  options.variant = GetParam()->name;
  const auto gemm = Gemm::Make({.m = m, .n = n, .k = k}, ComputeType::kF32,
                               {.data = weights.data()}, stage, options);
  ASSERT_TRUE(gemm.ok()) << gemm.message();
  ThreadPool pool(1);
  gemm->Run(m, {.lhs = lhs.data(), .dst = dst.data()}, pool);
  for (int64_t i = 0; i < m * n; ++i) {
    const float y = dst[static_cast<size_t>(i)];
    ASSERT_TRUE(i / n % 2 == 0 ? std::isnan(y) : y == 5) << "row " << i / n << ": " << y;
  }
}

// Sums beyond int32 wrap, on every variant alike; requantizing them saturates.
TEST_P(EveryVariant, SumsThatOverflow) {
  Runner runner(*GetParam());
  for (ComputeType type : types()) {
    if (type == ComputeType::kF32) continue;
    runner.Check({.type = type, .m = 2, .n = 17, .k = 70001, .values = Values::kHighest});
  }
}

// Scales so large that the product overflows int32 and even float must still clamp.
TEST_P(EveryVariant, HugeScales) {
  if (GetParam()->u8s8u8 == nullptr) return;
  const int64_t m = 3, n = GetParam()->nr, k = 9;
  std::mt19937 random(5);
  const TestWeights weights(ComputeType::kU8S8U8, static_cast<size_t>(n * k),
                            static_cast<size_t>(n), true, Values::kFullRange, random);
  std::vector<uint8_t> lhs(static_cast<size_t>(m * k)), residual(static_cast<size_t>(m * n));
  Fill(lhs.data(), lhs.size(), Values::kFullRange, random);
  Fill(residual.data(), residual.size(), Values::kFullRange, random);
  KernelOptions options;
  options.usable = DetectedIsas();
  options.variant = GetParam()->name;
  ThreadPool pool(1);
  for (float scale : {1e3f, 1e30f, 3e38f, -1e30f, 0.0f}) {
    for (const uint8_t* r :
         {static_cast<const uint8_t*>(nullptr), static_cast<const uint8_t*>(residual.data())}) {
      OutputStage stage;
      stage.scale = {scale};
      stage.zero_point = 9;
      stage.residual = r != nullptr;
      stage.acc_ratio = 1e20f;
      stage.residual_ratio = 1e20f;
      auto gemm =
          Gemm::Make({.m = m, .n = n, .k = k}, ComputeType::kU8S8U8, weights.view, stage, options);
      ASSERT_TRUE(gemm.ok()) << gemm.message();
          std::vector<uint8_t> got(residual.size()), want(residual.size());
      gemm->Run(m, {.lhs = lhs.data(), .dst = got.data(), .residual = r}, pool);
      ReferenceGemm(ComputeType::kU8S8U8, m, n, k, lhs.data(), weights.view.data, weights.view.bias,
                    stage, r, want.data());
      EXPECT_EQ(got, want) << "scale " << scale;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Variants, EveryVariant, testing::ValuesIn(AllVariants()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(Gemm, RefusesEmptyExtents) {
  const float weight = 1;
  const auto gemm = Gemm::Make({.m = 1, .n = 0, .k = 1}, ComputeType::kF32, {.data = &weight}, {});
  ASSERT_FALSE(gemm.ok());
  EXPECT_NE(gemm.message().find("must be positive"), std::string::npos);
}

}  // namespace
}  // namespace assay::gemm
