#include "harness/measure/disturbance.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::measure {
namespace {

constexpr int kRounds = 40;
constexpr double kCandidateS = 0.005, kBaselineS = 0.01;

// Two subjects on a clock that goes on only while one of them runs, and faster while somebody
// disturbs: in every second run, from the first round on, of the first timings.
class Machine {
 public:
  explicit Machine(int disturbed_timings) : disturbed_timings_(disturbed_timings) {}

  CalmTiming Time(int attempts) {
    RunnerOptions options;
    options.min_rounds = options.max_rounds = kRounds;
    options.min_sample_s = 0.01;
    options.max_warmup_s = 1000;
    options.clock = {.wall_s = [this] { return now_s_; }, .cpu_s = [this] { return now_s_; }};
    options.progress = [this](int rounds, double) { timings_ += rounds == kRounds ? 1 : 0; };
    return TimeCalmly({{"base", [this] { now_s_ += kBaselineS; }},
                       {"candidate", [this] { now_s_ += kCandidateS * Slowdown(); }}},
                      options, attempts);
  }

 private:
  double Slowdown() {
    ++runs_;
    return timings_ < disturbed_timings_ && runs_ % 8 < 4 ? 3 : 1;
  }

  const int disturbed_timings_;
  int timings_ = 0, runs_ = 0;
  double now_s_ = 1000;
};

TEST(TimeCalmly, WhatIsCalmIsTimedOnce) {
  const CalmTiming calm = Machine(0).Time(3);
  EXPECT_EQ(calm.attempts, 1);
  EXPECT_NEAR(calm.disturbance.spread, 0, 1e-9);
}

TEST(TimeCalmly, WhatWasDisturbedIsTimedAgain) {
  const CalmTiming calm = Machine(1).Time(3);
  EXPECT_EQ(calm.attempts, 2);
  EXPECT_EQ(calm.timing.rounds(), kRounds);
  for (const double seconds : calm.timing.subjects[1].seconds) {
    EXPECT_NEAR(seconds, kCandidateS, 1e-9);
  }
}

TEST(TimeCalmly, NotForEver) {
  const CalmTiming calm = Machine(100).Time(3);
  EXPECT_EQ(calm.attempts, 3);
  EXPECT_GT(calm.disturbance.spread, 0.1);
  EXPECT_EQ(calm.timing.rounds(), kRounds);
}

// Rounds of 4 ms and of 400 ms, with the switches of either subject.
Timing WithSwitches(double inference_s, std::vector<int64_t> base, std::vector<int64_t> other) {
  Timing timing;
  timing.iterations = 1;
  for (std::vector<int64_t>* switches : {&base, &other}) {
    SubjectTimes& subject = timing.subjects.emplace_back();
    subject.seconds.assign(switches->size(), inference_s);
    subject.involuntary_switches = *switches;
  }
  return timing;
}

TEST(Disturbance, SwitchesCountByTheTimeTheyTake) {
  EXPECT_EQ(DisturbanceOf(WithSwitches(0.001, {0, 0, 0, 0}, {0, 0, 0, 0})).displaced, 0);
  EXPECT_EQ(DisturbanceOf(WithSwitches(0.001, {0, 1, 0, 0}, {0, 0, 0, 2})).displaced, 0.5);
  // One in 400 ms is what every machine has.
  EXPECT_EQ(DisturbanceOf(WithSwitches(0.1, {1, 1, 1, 1}, {0, 0, 0, 1})).displaced, 0);
  EXPECT_EQ(DisturbanceOf(WithSwitches(0.1, {1, 30, 1, 1}, {0, 0, 0, 1})).displaced, 0.25);
}

TEST(Disturbance, SpreadIsThatOfRatios) {
  Timing timing = WithSwitches(0.001, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0});
  timing.subjects[0].seconds = timing.subjects[1].seconds = {1, 2, 3, 4, 5};  // The same drift.
  EXPECT_EQ(DisturbanceOf(timing).spread, 0);
  timing.subjects[1].seconds = {1, 2, 3, 6, 10};
  EXPECT_DOUBLE_EQ(DisturbanceOf(timing).spread, 0.5);
  EXPECT_TRUE(DisturbanceOf(timing).TooMuch());
  timing.subjects.resize(1);
  EXPECT_NEAR(DisturbanceOf(timing).spread, 2.0 / 3, 1e-9);
}

TEST(Disturbance, OfNothingIsNone) { EXPECT_FALSE(DisturbanceOf({}).TooMuch()); }

}  // namespace
}  // namespace assay::measure
