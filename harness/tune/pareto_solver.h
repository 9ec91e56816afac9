// The exact front of an additive model: operators that each have a cost and a loss by choice, and
// borders that cost where one of two operators is in int8 and the other is not. No models and no
// clocks here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace assay::tune {

struct SolverChoice {
  double cost = 0;
  double loss = 0;  // At least 0.
  bool int8 = false;
};

// Paid where exactly one of the two operators is in int8; from < to.
struct SolverBorder {
  size_t from = 0, to = 0;
  double cost = 0;
};

struct SolverProblem {
  std::vector<std::vector<SolverChoice>> operators;  // At least one choice each, at most 256.
  std::vector<SolverBorder> borders;
};

struct Solution {
  std::vector<uint8_t> choices;  // By operator.
  double cost = 0, loss = 0;
};

// Every pair of cost and loss that no configuration with a loss of at most `budget` beats in one
// without giving way in the other, by ascending loss and descending cost; of equals the first
// choices. Dynamic programming over the operators: labels (Nemhauser and Ullmann 1969, "Discrete
// dynamic programming and capital allocation") per precision of the operators with borders still
// to come. Time grows with the number of distinct losses and with 2^(open operators).
std::vector<Solution> SolveFront(const SolverProblem& problem, double budget);

}  // namespace assay::tune
