#include "objectives/stats/betting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "objectives/stats/random.h"

namespace assay {
namespace {

// Margins of n samples: so many gains of 1, losses of -0.99, and the rest 0.01 right or 0 wrong.
std::vector<double> Margins(size_t n, size_t gains, size_t losses) {
  std::vector<double> margins(n, 0.01);
  std::fill_n(margins.begin(), gains, 1.0);
  std::fill_n(margins.begin() + static_cast<ptrdiff_t>(gains), losses, -0.99);
  std::fill_n(margins.rbegin(), n / 5, 0.0);
  return margins;
}

void Shuffle(std::vector<double>& values, std::mt19937_64& generator) {
  for (size_t left = values.size(); left > 1; --left) {
    std::swap(values[left - 1], values[UniformIndex(generator, static_cast<uint32_t>(left))]);
  }
}

// After how many values the test rejects; all of them where it does not.
size_t Seen(const std::vector<double>& values, double alpha) {
  LowMeanTest test(static_cast<int64_t>(values.size()), -0.99, 1, alpha);
  for (size_t i = 0; i < values.size(); ++i) {
    test.Add(values[i]);
    if (test.rejected()) return i + 1;
  }
  return values.size();
}

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Asked after every one of 1,000 samples, it is wrong as rarely as it says.
TEST(LowMeanTest, IsRarelyWrongHoweverOftenItIsAsked) {
  constexpr int kRepetitions = 2000;
  std::vector<double> margins = Margins(1000, 20, 27);  // A drop just within the limit.
  ASSERT_GT(MeanOf(margins), 0);
  ASSERT_LT(MeanOf(margins), 0.001);
  std::mt19937_64 generator(41);
  int wrong = 0;
  for (int i = 0; i < kRepetitions; ++i) {
    Shuffle(margins, generator);
    wrong += Seen(margins, 0.05) < margins.size();
  }
  EXPECT_LE(wrong, 0.05 * kRepetitions);
}

TEST(LowMeanTest, TheWorseTheSooner) {
  std::mt19937_64 generator(42);
  double before = 1000;
  for (const size_t losses : {80, 150, 500}) {  // Drops of 6, 13 and 48 points.
    std::vector<double> margins = Margins(1000, 20, losses);
    double seen = 0;
    for (int i = 0; i < 50; ++i) {
      Shuffle(margins, generator);
      seen += static_cast<double>(Seen(margins, 0.001)) / 50;
    }
    EXPECT_LT(seen, 0.7 * before) << losses;
    before = seen;
  }
  EXPECT_LT(before, 60);
}

TEST(LowMeanTest, KnowsWhenTheRestCannotMakeUpForIt) {
  LowMeanTest test(10, -1, 0.1, 1e-9);
  for (int i = 0; i < 2; ++i) test.Add(-1);
  EXPECT_TRUE(test.rejected());  // 8 times 0.1 is not 2.
  LowMeanTest open(10, -1, 1, 1e-9);
  for (int i = 0; i < 4; ++i) open.Add(-1);
  EXPECT_FALSE(open.rejected());
}

TEST(LowMeanTest, StaysRejected) {
  LowMeanTest test(1000, -1, 1, 0.01);
  while (!test.rejected()) test.Add(-1);
  const auto seen = test.seen();
  EXPECT_LT(seen, 30);
  for (int i = 0; i < 50; ++i) test.Add(1);
  EXPECT_TRUE(test.rejected());
}

}  // namespace
}  // namespace assay
