// 184 rankings and 80 comparisons made by INC 1.14.2's own rule.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "objectives/multi_objective.h"

namespace assay {
namespace {

using nlohmann::json;

std::vector<double> Numbers(const json& value) {
  return value.is_array() ? value.get<std::vector<double>>() : std::vector<double>{value};
}

// [accuracy or accuracies, [value of each objective]]; that of accuracy repeats the first.
Measured ReadModel(const json& entry) {
  Measured model{.metrics = Numbers(entry[0])};
  for (const json& value : entry[1]) model.values.push_back(value.is_array() ? 0 : double{value});
  return model;
}

template <typename T>
std::vector<T> List(const json& from, const char* key) {
  const auto found = from.find(key);
  return found == from.end() || found->is_null() ? std::vector<T>{} : found->get<std::vector<T>>();
}

MultiObjectiveConfig ReadConfig(const json& from, size_t metrics) {
  MultiObjectiveConfig config{.objectives = from["objectives"].get<std::vector<std::string>>(),
                              .higher_is_better = List<bool>(from, "obj_criterion"),
                              .weight = List<double>(from, "obj_weight"),
                              .normalization = Normalization::kTrials};
  const json& criterion = from["accuracy_criterion"];
  const bool absolute = criterion.contains("absolute");
  config.criterion = {
      .kind = absolute ? AccuracyCriterion::Kind::kAbsolute : AccuracyCriterion::Kind::kRelative,
      .limit = criterion[absolute ? "absolute" : "relative"],
      .higher_is_better = criterion.value("higher_is_better", true)};
  for (size_t i = 0; metrics > 1 && i < metrics; ++i) {
    config.metrics.push_back("metric" + std::to_string(i));
  }
  if (metrics > 1) {
    config.metric_higher_is_better = List<bool>(from, "metric_criterion");
    config.metric_weight = List<double>(from, "metric_weight");
  }
  return config;
}

class IncVectors : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path path =
        std::filesystem::path(ASSAY_SHARED_DATA) / "objectives" / "inc_1_14_vectors.json";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
    vectors_ = json::parse(std::ifstream(path));
  }

  json vectors_;
};

struct Problem {
  MultiObjective objective;
  Measured baseline;
  std::vector<Measured> trials;
};

Problem ReadProblem(const json& vector, Normalization normalization = Normalization::kTrials) {
  const Measured baseline = ReadModel(vector["baseline"]);
  MultiObjectiveConfig config = ReadConfig(vector["ctor"], baseline.metrics.size());
  config.normalization = normalization;
  Result<MultiObjective> made = MultiObjective::Make(config);
  EXPECT_TRUE(made.ok()) << made.message() << vector["ctor"];
  Problem problem{*std::move(made), baseline, {}};
  for (const json& trial : vector["tune_data"]) problem.trials.push_back(ReadModel(trial));
  return problem;
}

TEST_F(IncVectors, OurWinnerIsIncsWhereThatIsFeasibleAndFeasibleWhereAnyIs) {
  ASSERT_EQ(vectors_["best_result"].size(), 184u);
  size_t same = 0, corrected = 0, hopeless = 0;
  for (const json& vector : vectors_["best_result"]) {
    SCOPED_TRACE(vector.dump());
    const Problem problem = ReadProblem(vector);
    const Ranking ranking = problem.objective.Rank(problem.trials, problem.baseline);
    const size_t theirs = vector["best"];
    if (ranking.trials[theirs].feasible) {
      EXPECT_EQ(ranking.outcome.best, theirs);
      ++same;
    } else if (!ranking.order.empty()) {
      EXPECT_TRUE(ranking.trials[*ranking.outcome.best].feasible);
      ++corrected;
    } else {
      EXPECT_EQ(ranking.outcome.status, TuneStatus::kBestEffort);
      ++hopeless;
    }
  }
  EXPECT_EQ(same + corrected + hopeless, 184u);
  EXPECT_GT(same, 100u);
  EXPECT_GT(corrected, 0u);
  RecordProperty("same", static_cast<int>(same));
  RecordProperty("corrected", static_cast<int>(corrected));
  RecordProperty("hopeless", static_cast<int>(hopeless));
}

// Whether INC saw the same value in a column for all trials; then it left it unnormalized.
bool HasConstantColumn(const Problem& problem) {
  const std::vector<double> first = problem.objective.Values(problem.trials[0]);
  for (size_t c = 0; c < first.size(); ++c) {
    const auto same = [&](const Measured& m) { return problem.objective.Values(m)[c] == first[c]; };
    if (std::all_of(problem.trials.begin(), problem.trials.end(), same)) return true;
  }
  return false;
}

TEST_F(IncVectors, ScoresOfFeasibleTrialsAreIncsUpToTheSumOfTheWeights) {
  size_t compared = 0;
  for (const json& vector : vectors_["best_result"]) {
    SCOPED_TRACE(vector.dump());
    const Problem problem = ReadProblem(vector);
    if (HasConstantColumn(problem)) continue;
    const Ranking ranking = problem.objective.Rank(problem.trials, problem.baseline);
    double sum = 0;  // INC normalizes no weights, and without them adds the columns.
    for (double w : List<double>(vector["ctor"], "obj_weight")) sum += w;
    if (sum == 0) sum = static_cast<double>(problem.objective.columns().size());
    for (size_t i = 0; i < ranking.trials.size(); ++i) {
      if (!ranking.trials[i].feasible) {
        EXPECT_EQ(vector["score"][i], 0);
        continue;
      }
      EXPECT_NEAR(*ranking.trials[i].score * sum, double{vector["score"][i]}, 1e-9);
      ++compared;
    }
  }
  EXPECT_GT(compared, 300u);
}

TEST_F(IncVectors, TheCriterionAloneDecidesFeasibilityUnderEitherNormalization) {
  for (const json& vector : vectors_["best_result"]) {
    SCOPED_TRACE(vector.dump());
    if (!List<double>(vector["ctor"], "metric_weight").empty()) continue;  // Another scale.
    const Problem as_inc = ReadProblem(vector);
    const Problem pareto = ReadProblem(vector, Normalization::kPareto);
    const Ranking theirs = as_inc.objective.Rank(as_inc.trials, as_inc.baseline);
    const Ranking ours = pareto.objective.Rank(pareto.trials, pareto.baseline);
    EXPECT_EQ(ours.front, theirs.front);
    ASSERT_EQ(ours.order.empty(), theirs.order.empty());
    if (!ours.order.empty()) {
      EXPECT_TRUE(ours.trials[ours.order[0]].feasible);
    }
  }
}

TEST_F(IncVectors, RankReversalDoesNotHappenUnderPareto) {
  std::vector<size_t> winners;
  for (const json& vector : vectors_["best_result"]) {
    if (!vector["kind"].get<std::string>().starts_with("rank_reversal")) continue;
    const Problem problem = ReadProblem(vector, Normalization::kPareto);
    winners.push_back(*problem.objective.Rank(problem.trials, problem.baseline).outcome.best);
  }
  ASSERT_EQ(winners.size(), 2u);
  EXPECT_EQ(winners[0], winners[1]);
}

TEST_F(IncVectors, Compare) {
  ASSERT_EQ(vectors_["compare"].size(), 80u);
  for (const json& vector : vectors_["compare"]) {
    SCOPED_TRACE(vector.dump());
    const MultiObjective objective = *MultiObjective::Make(ReadConfig(vector, 1));
    const Measured last = vector["last"].is_null() ? Measured{} : ReadModel(vector["last"]);
    EXPECT_EQ(
        objective.Accepts(ReadModel(vector["val"]), vector["last"].is_null() ? nullptr : &last,
                          ReadModel(vector["baseline"])),
        vector["accept"].get<bool>());
  }
}

}  // namespace
}  // namespace assay
