#include "harness/measure/runner.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace assay::measure {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;

std::vector<int> FirstHalf(const std::vector<int>& round) {
  return {round.begin(), round.begin() + std::ssize(round) / 2};
}

TEST(InterleavedOrderTest, EveryRoundIsAPalindromeOfAllSubjects) {
  for (const int subjects : {1, 2, 3, 5, 8}) {
    for (const std::vector<int>& round : InterleavedOrder(subjects, 23, 7)) {
      ASSERT_EQ(std::ssize(round), 2 * subjects);
      EXPECT_TRUE(std::equal(round.begin(), round.end(), round.rbegin()));
      std::vector<int> half = FirstHalf(round);
      std::sort(half.begin(), half.end());
      for (int i = 0; i < subjects; ++i) EXPECT_EQ(half[static_cast<size_t>(i)], i);
    }
  }
}

TEST(InterleavedOrderTest, TwoSubjectsAreAbbaOrBaabAndBothComeInEveryPair) {
  const auto order = InterleavedOrder(2, 100, 3);
  int abba_first = 0;
  for (size_t pair = 0; pair < order.size(); pair += 2) {
    const std::set<std::vector<int>> both = {order[pair], order[pair + 1]};
    EXPECT_THAT(both, ElementsAre(ElementsAre(0, 1, 1, 0), ElementsAre(1, 0, 0, 1)));
    abba_first += order[pair][0] == 0;
  }
  EXPECT_GT(abba_first, 5);  // A fair coin, 50 times.
  EXPECT_LT(abba_first, 45);
}

TEST(InterleavedOrderTest, EverySubjectTakesEveryPlaceEquallyOften) {
  constexpr int kSubjects = 5, kSquares = 4;
  const auto order = InterleavedOrder(kSubjects, kSubjects * kSquares, 11);
  for (size_t place = 0; place < kSubjects; ++place) {
    std::vector<int> count(kSubjects, 0);
    for (const auto& round : order) ++count[static_cast<size_t>(round[place])];
    EXPECT_THAT(count, Each(kSquares));
  }
}

TEST(InterleavedOrderTest, TheSeedDecides) {
  EXPECT_EQ(InterleavedOrder(4, 40, 5), InterleavedOrder(4, 40, 5));
  EXPECT_NE(InterleavedOrder(4, 40, 5), InterleavedOrder(4, 40, 6));
  EXPECT_EQ(InterleavedOrder(3, 0, 5).size(), 0u);
  // A longer plan begins like the shorter one.
  auto longer = InterleavedOrder(3, 20, 9);
  longer.resize(7);
  EXPECT_EQ(longer, InterleavedOrder(3, 7, 9));
}

// Time passes only while a subject runs.
class FakeTime {
 public:
  Clock clock() {
    return {.wall_s = [this] { return now_s_; }, .cpu_s = [this] { return now_s_ / 2; }};
  }
  // Each run takes cost_s(number of runs of this subject so far).
  TimedSubject Subject(std::string name, std::function<double(int)> cost_s) {
    const int index = static_cast<int>(runs_.size());
    runs_.push_back(0);
    return {std::move(name), [this, index, cost_s = std::move(cost_s)] {
              log_.push_back(index);
              now_s_ += cost_s(runs_[static_cast<size_t>(index)]++);
            }};
  }
  TimedSubject Constant(std::string name, double cost_s) {
    return Subject(std::move(name), [cost_s](int) { return cost_s; });
  }
  RunnerOptions Options(int rounds) {
    RunnerOptions options;
    options.min_rounds = options.max_rounds = rounds;
    options.min_sample_s = 0.1;  // Above 1000 steps of the true timer on any machine.
    options.max_warmup_s = 1000;
    options.clock = clock();
    return options;
  }
  const std::vector<int>& log() const { return log_; }  // Who ran, in order.
  int total_runs() const { return static_cast<int>(log_.size()); }

 private:
  double now_s_ = 1000;
  std::vector<int> runs_;
  std::vector<int> log_;
};

TEST(RunnerTest, GivesSecondsPerInferencePairedByRound) {
  FakeTime time;
  const Timing timing = TimeInterleaved({time.Constant("base", 0.01), time.Constant("half", 0.005)},
                                        time.Options(12));
  ASSERT_EQ(timing.subjects.size(), 2u);
  EXPECT_EQ(timing.rounds(), 12);
  EXPECT_EQ(timing.subjects[0].name, "base");
  EXPECT_EQ(timing.subjects[1].name, "half");
  EXPECT_EQ(timing.subjects[1].seconds.size(), 12u);
  EXPECT_THAT(timing.subjects[0].seconds, Each(DoubleNear(0.01, 1e-9)));
  EXPECT_THAT(timing.subjects[1].seconds, Each(DoubleNear(0.005, 1e-9)));
  EXPECT_THAT(timing.subjects[1].cpu_seconds, Each(DoubleNear(0.0025, 1e-9)));
  EXPECT_EQ(timing.subjects[1].involuntary_switches.size(), 12u);
  EXPECT_FALSE(timing.interrupted);
}

TEST(RunnerTest, CalibratesIterationsOnTheBaselineForAll) {
  FakeTime time;
  const Timing fast =
      TimeInterleaved({time.Constant("base", 0.003), time.Constant("slow", 0.5)}, time.Options(2));
  EXPECT_GE(fast.iterations, 34);  // 34 x 3 ms >= 100 ms
  EXPECT_LE(fast.iterations, 35);
  const Timing slow = TimeInterleaved({time.Constant("base", 0.2)}, time.Options(2));
  EXPECT_EQ(slow.iterations, 1);
}

// The cold baseline is slower: what counts is the warm one.
TEST(RunnerTest, CalibratesAgainOnceWarm) {
  FakeTime time;
  const auto cost_s = [](int run) { return run < 20 ? 0.05 : 0.01; };
  const Timing timing = TimeInterleaved({time.Subject("base", cost_s)}, time.Options(2));
  EXPECT_GE(timing.iterations, 10);
  EXPECT_LE(timing.iterations, 11);
}

TEST(RunnerTest, RunsInTheOrderOfTheSeed) {
  FakeTime time;
  RunnerOptions options = time.Options(9);
  options.seed = 42;
  const Timing timing = TimeInterleaved(
      {time.Constant("a", 0.2), time.Constant("b", 0.2), time.Constant("c", 0.2)}, options);
  ASSERT_EQ(timing.iterations, 1);
  std::vector<int> expected;
  for (const auto& round : InterleavedOrder(3, 9, 42)) {
    expected.insert(expected.end(), round.begin(), round.end());
  }
  const std::vector<int> last(time.log().end() - std::ssize(expected), time.log().end());
  EXPECT_EQ(last, expected);
}

// Every run takes longer than the one before, whoever runs: palindromes cancel that exactly.
// What comes first after another's turn is slower, and not what is asked for.
TEST(RunnerTest, SettlingRunsAreNotTimed) {
  FakeTime time;
  const auto cost_s = [&time](int) {
    const std::vector<int>& log = time.log();
    const bool turn_begins = log.size() < 2 || log[log.size() - 2] != log.back();
    return turn_begins ? 0.05 : 0.01;
  };
  RunnerOptions options = time.Options(4);
  options.settling_runs = 1;
  const Timing timing =
      TimeInterleaved({time.Subject("a", cost_s), time.Subject("b", cost_s)}, options);
  for (const SubjectTimes& subject : timing.subjects) {
    EXPECT_THAT(subject.seconds, Each(DoubleNear(0.01, 1e-9)));
  }
}

TEST(RunnerTest, SettlesForAsLongAsIsAsked) {
  FakeTime time;
  int in_turn = 0;
  const auto cost_s = [&in_turn](int) { return ++in_turn <= 5 ? 0.05 : 0.01; };
  RunnerOptions options = time.Options(4);
  options.settling_s = 0.21;  // Five runs.
  options.before_sample = [&] { in_turn = 0; };
  const Timing timing =
      TimeInterleaved({time.Subject("a", cost_s), time.Subject("b", cost_s)}, options);
  for (const SubjectTimes& subject : timing.subjects) {
    EXPECT_THAT(subject.seconds, Each(DoubleNear(0.01, 1e-9)));
  }
}

TEST(RunnerTest, WhatComesBeforeASampleIsUntimed) {
  FakeTime time;
  RunnerOptions options = time.Options(4);
  int calls = 0;
  const auto cost_s = [&](int) { return calls > 0 ? 0.01 : 1; };
  options.before_sample = [&] { ++calls; };
  const Timing timing =
      TimeInterleaved({time.Subject("a", cost_s), time.Subject("b", cost_s)}, options);
  for (const SubjectTimes& subject : timing.subjects) {
    EXPECT_THAT(subject.seconds, Each(DoubleNear(0.01, 1e-9)));
  }
  EXPECT_GE(calls, 2 * 2 * 4);  // Two samples of each in every round.
}

TEST(RunnerTest, ALinearDriftCancels) {
  FakeTime time;
  const auto cost_s = [&time](int) { return 0.2 + 1e-3 * time.total_runs(); };
  const Timing timing =
      TimeInterleaved({time.Subject("a", cost_s), time.Subject("b", cost_s)}, time.Options(20));
  ASSERT_EQ(timing.iterations, 1);
  for (size_t round = 0; round < 20; ++round) {
    EXPECT_NEAR(timing.subjects[0].seconds[round], timing.subjects[1].seconds[round], 1e-9);
  }
  EXPECT_GT(timing.subjects[0].seconds[19], timing.subjects[0].seconds[0] + 0.01);
}

TEST(RunnerTest, WarmsUpUntilTimesStopFalling) {
  FakeTime time;
  const auto cold_for = [](int runs) {
    return [runs](int run) { return run < runs ? 0.4 - 0.2 * run / runs : 0.2; };
  };
  const Timing timing = TimeInterleaved(
      {time.Subject("slow to warm", cold_for(60)), time.Constant("steady", 0.2)}, time.Options(4));
  EXPECT_TRUE(timing.subjects[0].warm);
  EXPECT_GE(timing.subjects[0].warmup_samples, 50);
  EXPECT_TRUE(timing.subjects[1].warm);
  EXPECT_EQ(timing.subjects[1].warmup_samples, 10);  // Two windows of five.
  EXPECT_THAT(timing.subjects[0].seconds, Each(DoubleNear(0.2, 1e-9)));
}

TEST(RunnerTest, WarmUpIsBoundedAndSaysSo) {
  FakeTime time;
  RunnerOptions options = time.Options(4);
  options.max_warmup_s = 30;
  const auto forever_faster = [](int run) { return 0.2 + 2.0 / (1 + 0.1 * run); };
  const Timing timing = TimeInterleaved({time.Subject("a", forever_faster)}, options);
  EXPECT_FALSE(timing.subjects[0].warm);
  EXPECT_EQ(timing.rounds(), 4);
}

TEST(RunnerTest, TheBudgetEndsRoundsButNotTheLeast) {
  FakeTime time;
  RunnerOptions options = time.Options(0);
  options.min_rounds = 3;
  options.max_rounds = 1000;
  options.budget_s = 20;  // Warm-up takes about 2.2 s, a round 0.4 s.
  const Timing timing = TimeInterleaved({time.Constant("a", 0.2)}, options);
  EXPECT_GT(timing.rounds(), 35);
  EXPECT_LE(timing.rounds(), 45);
  options.budget_s = 0.001;
  EXPECT_EQ(TimeInterleaved({time.Constant("a", 0.2)}, options).rounds(), 3);
}

TEST(RunnerTest, StopsBetweenRoundsWithWholeOnes) {
  FakeTime time;
  int rounds_done = 0;
  RunnerOptions options = time.Options(50);
  options.progress = [&](int rounds, double) { rounds_done = rounds; };
  options.stop = [&] { return rounds_done == 5; };
  const Timing timing =
      TimeInterleaved({time.Constant("a", 0.2), time.Constant("b", 0.1)}, options);
  EXPECT_TRUE(timing.interrupted);
  EXPECT_EQ(timing.rounds(), 5);
  EXPECT_EQ(timing.subjects[1].seconds.size(), 5u);
}

TEST(RunnerTest, StopsDuringWarmUp) {
  FakeTime time;
  RunnerOptions options = time.Options(50);
  options.stop = [&] { return time.total_runs() > 3; };
  const Timing timing =
      TimeInterleaved({time.Constant("a", 0.2), time.Constant("b", 0.1)}, options);
  EXPECT_TRUE(timing.interrupted);
  EXPECT_EQ(timing.rounds(), 0);
  EXPECT_LE(time.total_runs(), 6);
}

TEST(RunnerTest, TheTrueClocksGivePositiveTimes) {
  volatile int sink = 0;
  const auto work = [&sink] {
    for (int i = 0; i < 1000; ++i) sink = sink + 1;
  };
  RunnerOptions options;
  options.min_rounds = options.max_rounds = 20;
  options.max_warmup_s = 0.05;
  const Timing timing = TimeInterleaved({{"a", work}, {"b", work}}, options);
  EXPECT_EQ(timing.rounds(), 20);
  EXPECT_GT(timing.iterations, 1);
  for (const SubjectTimes& subject : timing.subjects) {
    EXPECT_THAT(subject.seconds, Each(testing::Gt(0)));
    EXPECT_THAT(subject.cpu_seconds, Each(testing::Gt(0)));
    EXPECT_THAT(subject.involuntary_switches, Each(testing::Ge(0)));
  }
  EXPECT_TRUE(timing.steal_s.empty() || timing.steal_s.size() == 20u);
}

}  // namespace
}  // namespace assay::measure
