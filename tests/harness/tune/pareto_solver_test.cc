#include "harness/tune/pareto_solver.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace assay::tune {
namespace {

// Numbers of few values, so that sums are exact and ties come up.
SolverProblem RandomProblem(uint64_t seed, size_t operators, size_t most_choices) {
  std::mt19937_64 generator(seed);
  SolverProblem problem;
  for (size_t op = 0; op < operators; ++op) {
    auto& choices = problem.operators.emplace_back();
    const size_t count = 1 + generator() % most_choices;
    for (size_t choice = 0; choice + 1 < count; ++choice) {
      choices.push_back({static_cast<double>(generator() % 64) - 48,
                         static_cast<double>(generator() % 32), true});
    }
    choices.push_back({0, 0, false});
    if (op > 0) {  // A chain, and now and then a residual edge.
      problem.borders.push_back({op - 1, op, static_cast<double>(generator() % 16)});
    }
    if (op > 2 && generator() % 4 == 0) {
      problem.borders.push_back(
          {generator() % (op - 1), op, static_cast<double>(generator() % 16)});
    }
  }
  return problem;
}

Solution Evaluate(const SolverProblem& problem, const std::vector<uint8_t>& choices) {
  Solution solution = {choices};
  for (size_t op = 0; op < choices.size(); ++op) {
    solution.cost += problem.operators[op][choices[op]].cost;
    solution.loss += problem.operators[op][choices[op]].loss;
  }
  for (const SolverBorder& border : problem.borders) {
    const bool from = problem.operators[border.from][choices[border.from]].int8;
    const bool to = problem.operators[border.to][choices[border.to]].int8;
    if (from != to) solution.cost += border.cost;
  }
  return solution;
}

// Loss -> cost of the front.
std::map<double, double> BruteForce(const SolverProblem& problem, double budget) {
  std::map<double, double> cheapest;
  std::vector<uint8_t> choices(problem.operators.size(), 0);
  for (bool done = false; !done;) {
    const Solution solution = Evaluate(problem, choices);
    if (solution.loss <= budget) {
      const auto [entry, added] = cheapest.emplace(solution.loss, solution.cost);
      entry->second = std::min(entry->second, solution.cost);
    }
    size_t op = 0;
    for (; op < choices.size(); choices[op++] = 0) {
      if (++choices[op] < problem.operators[op].size()) break;
    }
    done = op == choices.size();
  }
  double lowest = INFINITY;
  std::erase_if(cheapest, [&](const auto& entry) {
    if (entry.second >= lowest) return true;
    lowest = entry.second;
    return false;
  });
  return cheapest;
}

void ExpectFront(const SolverProblem& problem, double budget) {
  const auto expected = BruteForce(problem, budget);
  const auto front = SolveFront(problem, budget);
  std::map<double, double> found;
  for (const Solution& solution : front) {
    found[solution.loss] = solution.cost;
    const Solution again = Evaluate(problem, solution.choices);
    EXPECT_EQ(again.cost, solution.cost);
    EXPECT_EQ(again.loss, solution.loss);
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(front.size(), expected.size());
}

TEST(ParetoSolver, EqualsBruteForceOnThreeChoices) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const SolverProblem problem = RandomProblem(seed, 1 + seed % 9, 3);
    ExpectFront(problem, INFINITY);
    ExpectFront(problem, static_cast<double>(seed % 60));
  }
}

TEST(ParetoSolver, EqualsBruteForceUpToFourteenOperators) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    ExpectFront(RandomProblem(1000 + seed, 10 + seed % 5, 2), 40);
  }
}

TEST(ParetoSolver, NothingWithinTheBudgetIsAnEmptyFront) {
  SolverProblem problem;
  problem.operators = {{{-1, 2, true}}};
  EXPECT_TRUE(SolveFront(problem, 1).empty());
  EXPECT_EQ(SolveFront(problem, 2).size(), 1u);
}

// Of 80 operators with residual edges 3^80 configurations: a front in moments, none of it beaten by
// one change of one operator.
TEST(ParetoSolver, EightyOperatorsAreNotTooMany) {
  const SolverProblem problem = RandomProblem(7, 80, 3);
  SolverProblem near = problem;
  std::erase_if(near.borders,
                [](const SolverBorder& border) { return border.to - border.from > 3; });
  const auto front = SolveFront(near, 500);
  ASSERT_GT(front.size(), 50u);
  const Solution& best = front.back();
  for (size_t op = 0; op < best.choices.size(); ++op) {
    for (uint8_t choice = 0; choice < near.operators[op].size(); ++choice) {
      auto other = best.choices;
      other[op] = choice;
      const Solution changed = Evaluate(near, other);
      EXPECT_TRUE(changed.loss > 500 || changed.cost >= best.cost) << op;
    }
  }
}

}  // namespace
}  // namespace assay::tune
