// What holds for every set of trials, on many seeded random ones.
#include <gtest/gtest.h>

#include "objectives/multi_objective.h"
#include "objectives/stats/random.h"

namespace assay {
namespace {

constexpr double kNoise = 1.5;  // Values closer than this cannot be told apart.

// A problem with small integers for values, so that ties and duplicates abound.
class RandomProblem {
 public:
  explicit RandomProblem(uint64_t seed) : generator_(seed) {
    const std::vector<std::string> all = {"accuracy", "performance", "footprint", "modelsize"};
    const size_t n = 1 + Draw(4);
    MultiObjectiveConfig config;
    config.objectives.assign(all.begin(), all.begin() + static_cast<ptrdiff_t>(n));
    for (size_t i = 0; i < n; ++i) config.weight.push_back(1 + Draw(9));
    config.criterion = {.kind = AccuracyCriterion::Kind::kAbsolute, .limit = 2};
    objective = *MultiObjective::Make(config);
    baseline = Model(9);
    for (uint32_t i = 0, count = 1 + Draw(8); i < count; ++i) trials.push_back(Model(4 + Draw(7)));
    noisy = Draw(2) == 1;
  }

  uint32_t Draw(uint32_t n) { return UniformIndex(generator_, n); }

  Measured Model(double accuracy) {
    Measured model{.metrics = {accuracy}};
    for (size_t i = 0; i < objective.config().objectives.size(); ++i) {
      model.values.push_back(i == 0 ? accuracy : 1 + Draw(9));
    }
    return model;
  }

  Ranking Rank(const std::vector<Measured>& models) const {
    const ChangeBetween noise = [&](size_t c, size_t x, size_t y) -> std::optional<Change> {
      const double difference = models[x].values[c] - models[y].values[c];
      return Change::Difference({difference, {difference - kNoise, difference + kNoise}});
    };
    return objective.Rank(models, baseline, noisy ? noise : nullptr);
  }

  MultiObjective objective = *MultiObjective::Make({});
  Measured baseline;
  std::vector<Measured> trials;
  bool noisy = false;

 private:
  std::mt19937_64 generator_;
};

// The trials with one more at a random place, and where each of the old ones went.
std::vector<Measured> With(RandomProblem& problem, const Measured& extra, size_t& place) {
  std::vector<Measured> more = problem.trials;
  place = problem.Draw(static_cast<uint32_t>(more.size() + 1));
  more.insert(more.begin() + static_cast<ptrdiff_t>(place), extra);
  return more;
}

size_t Moved(size_t trial, size_t place) { return trial < place ? trial : trial + 1; }

TEST(RankingProperty, AddingAnInfeasibleTrialNeverChangesTheWinner) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    RandomProblem problem(seed);
    const Ranking before = problem.Rank(problem.trials);
    if (before.order.empty()) continue;
    size_t place = 0;
    const auto more = With(problem, problem.Model(problem.Draw(7)), place);  // The target is 7.
    const Ranking after = problem.Rank(more);
    ASSERT_FALSE(after.trials[place].feasible);
    ASSERT_EQ(after.outcome.best, Moved(*before.outcome.best, place));
    ASSERT_EQ(after.outcome.status, before.outcome.status);
  }
}

// Worse than some feasible trial in everything, beyond the noise.
TEST(RankingProperty, AddingADominatedTrialNeverChangesTheWinner) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    RandomProblem problem(seed);
    const Ranking before = problem.Rank(problem.trials);
    if (before.order.empty()) continue;
    const uint32_t count = static_cast<uint32_t>(problem.trials.size());
    Measured worse = problem.trials[problem.Draw(count)];
    worse.metrics[0] -= 2;
    for (double& value : worse.values) value += 2;
    worse.values[0] = worse.metrics[0];
    size_t place = 0;
    const Ranking after = problem.Rank(With(problem, worse, place));
    ASSERT_FALSE(after.trials[place].on_front);
    ASSERT_EQ(after.outcome.best, Moved(*before.outcome.best, place));
  }
}

// Whatever is added: where it does not reach the front, it might as well not be there.
TEST(RankingProperty, OnlyTheFrontCounts) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    RandomProblem problem(seed);
    const Ranking before = problem.Rank(problem.trials);
    size_t place = 0;
    const auto more = With(problem, problem.Model(4 + problem.Draw(7)), place);
    const Ranking after = problem.Rank(more);
    if (before.order.empty() || after.trials[place].on_front) continue;
    ASSERT_EQ(after.outcome.best, Moved(*before.outcome.best, place));
    for (size_t i = 0; i < problem.trials.size(); ++i) {
      ASSERT_EQ(before.trials[i].score, after.trials[Moved(i, place)].score);
    }
    ASSERT_EQ(before.hypervolume, after.hypervolume);
  }
}

TEST(RankingProperty, TheWinnerIsFeasibleOnTheFrontAndDominatedByNobodyThere) {
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    RandomProblem problem(seed);
    const Ranking ranking = problem.Rank(problem.trials);
    bool any = false;
    for (const Measured& trial : problem.trials) any = any || trial.metrics[0] >= 7;
    ASSERT_EQ(ranking.order.empty(), !any);
    ASSERT_EQ(ranking.outcome.status == TuneStatus::kBestEffort, !any);
    if (!any) continue;
    const Ranking::Entry& best = ranking.trials[*ranking.outcome.best];
    ASSERT_TRUE(best.feasible && best.on_front);
    for (const Ranking::Entry& entry : ranking.trials) {
      if (!entry.score) continue;
      ASSERT_LE(*entry.score, *best.score + 1e-12);
      ASSERT_GE(*entry.score, 0);
      ASSERT_LE(*entry.score, 1 + 1e-12);
    }
  }
}

// Without noise the front is the textbook's, and scaling a unit changes nothing.
TEST(RankingProperty, UnitsDoNotMatter) {
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE(seed);
    RandomProblem problem(seed);
    problem.noisy = false;
    const Ranking before = problem.Rank(problem.trials);
    std::vector<Measured> scaled = problem.trials;
    for (Measured& trial : scaled) {
      for (size_t i = 1; i < trial.values.size(); ++i) trial.values[i] *= 1024;
    }
    const Ranking after = problem.Rank(scaled);
    ASSERT_EQ(before.front, after.front);
    ASSERT_EQ(before.order, after.order);
  }
}

}  // namespace
}  // namespace assay
