// Which contender is taken, and how often the same one: simulated, with the spreads that were seen.
#include "harness/compare/winner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <vector>

namespace assay::compare {
namespace {

constexpr double kMargin = 0.02;

Standing Of(double ratio, double lo, double hi) { return {{ratio, {lo, hi, 0.95}}, false}; }

TEST(Take, TheFirstThatIsNotBeatenByMoreThanTheBar) {
  const Taken second =
      Take(std::vector{Of(1.05, 1.04, 1.06), Of(1.02, 1.01, 1.025), Of(1, 0, 2)}, kMargin);
  EXPECT_EQ(second.index, 1u);
  EXPECT_TRUE(second.decided);
  EXPECT_EQ(Take(std::vector{Of(1.029, 1.028, 1.0295), Of(0.97, 0.96, 0.98)}, kMargin).index, 0u);
}

TEST(Take, IsOpenWhereAnIntervalHoldsTheBar) {
  EXPECT_FALSE(Take(std::vector{Of(1.02, 1, 1.04), Of(1, 0.9, 1.01)}, kMargin).decided);
  EXPECT_FALSE(Take(std::vector{Of(1.04, 1.02, 1.06), Of(0.99, 0.9, 1)}, kMargin).decided);
  EXPECT_FALSE(Take(std::vector{Standing(), Standing()}, kMargin).decided);
}

TEST(Take, TheLastNeedsNoObservations) {
  EXPECT_TRUE(Take(std::vector{Standing()}, kMargin).decided);
  const Taken last = Take(std::vector{Of(1.05, 1.04, 1.06), Of(0.9, 0.8, 1.2)}, kMargin);
  EXPECT_EQ(last.index, 1u);
  EXPECT_TRUE(last.decided);
}

TEST(Take, IsDoubtfulWithinWhatRunsAreOffBy) {
  const Standing other = Of(0.97, 0.969, 0.971);
  EXPECT_TRUE(Take(std::vector{Of(1.027, 1.026, 1.028), other}, kMargin).doubtful);
  EXPECT_TRUE(Take(std::vector{Of(1.033, 1.032, 1.034), other}, kMargin).doubtful);
  EXPECT_FALSE(Take(std::vector{Of(1.021, 1.02, 1.022), other}, kMargin).doubtful);
  EXPECT_FALSE(Take(std::vector{Of(1.039, 1.038, 1.04), other}, kMargin).doubtful);
  EXPECT_TRUE(Take(std::vector{Of(1.02, 1, 1.04), other}, kMargin).doubtful);
  // Of those that claim behind who is taken nothing matters.
  EXPECT_FALSE(Take(std::vector{Of(1, 0.99, 1.01), Of(1.03, 1.02, 1.04)}, kMargin).doubtful);
}

// Contests of dispatch's pick, which takes `ratio` times as long, and two others, 0.5 % apart.
// Processes spread by 1 %, and what a run is off by as a whole by 0.2 %: with 80 to 160 processes,
// whose intervals were 0.2 to 0.5 % to either side, ratios of one shape were 1.021 to 1.026.
class Runs {
 public:
  explicit Runs(double ratio) : ratio_(ratio) {}

  // The share of the runs that take what most of them take, and how many processes they need.
  struct Seen {
    double same = 0, processes = 0, doubtful = 0;
  };
  Seen Of(int runs) {
    std::map<size_t, int> winners;
    Seen seen;
    for (int i = 0; i < runs; ++i) {
      ++winners[Winner()];
      seen.processes += static_cast<double>(used_) / runs;
      seen.doubtful += doubtful_ / static_cast<double>(runs);
    }
    for (const auto& [winner, times] : winners) {
      seen.same = std::max(seen.same, static_cast<double>(times) / runs);
    }
    return seen;
  }

 private:
  size_t Winner() {
    const double logs[] = {std::log(ratio_), 0, std::log(1.005)};
    double off[3];
    for (double& o : off) o = run_(random_);
    std::vector<std::vector<double>> times(3);
    for (const int look : {10, 20, 40, 80}) {  // As contest.cc.
      for (size_t i = 0; i < 3; ++i) {
        while (std::ssize(times[i]) < look)
          times[i].push_back(logs[i] + off[i] + process_(random_));
      }
      used_ = look;
      const Taken taken = Take(CompareWithBest(times, 1 - 0.05 / 4, kMargin), kMargin);
      doubtful_ = taken.doubtful ? 1 : 0;
      if (taken.decided || look == 80) return taken.index;
    }
    return 0;
  }

  const double ratio_;
  int used_ = 0, doubtful_ = 0;
  std::mt19937_64 random_{5};
  // Of one variant: the difference of two spreads by 1 %, and by 0.2 %.
  std::normal_distribution<double> process_{0, 0.01 / std::sqrt(2)}, run_{0, 0.002 / std::sqrt(2)};
};

TEST(Take, TheSameIn19Of20RunsWhereTheRatioIsTheMarginOrTwiceThat) {
  for (const double ratio : {1.0, 1.01, 1.02, 1.0235, 1.04, 1.06}) {
    const Runs::Seen seen = Runs(ratio).Of(2000);
    EXPECT_GE(seen.same, 0.95) << ratio;
    EXPECT_LT(seen.processes, 75) << ratio;
  }
}

TEST(Take, OnTheBarItselfNobodyCanSayTheSame) {
  const Runs::Seen seen = Runs(1.03).Of(2000);
  EXPECT_LT(seen.same, 0.8);
  EXPECT_GT(seen.processes, 60);
}

TEST(Take, IsSaidToBeDoubtfulWhereRunsDiffer) {
  for (double ratio = 1.02; ratio < 1.0405; ratio += 0.001) {
    const Runs::Seen seen = Runs(ratio).Of(500);
    if (seen.same < 0.95) {
      EXPECT_GT(seen.doubtful, 0.8) << ratio;
    }
  }
  for (const double ratio : {1.0, 1.015, 1.045, 1.06}) {
    EXPECT_LT(Runs(ratio).Of(500).doubtful, 0.1) << ratio;
  }
}

}  // namespace
}  // namespace assay::compare
