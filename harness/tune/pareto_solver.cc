#include "harness/tune/pareto_solver.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "kernels/base/check.h"

namespace assay::tune {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

// A way to decide the operators so far.
struct Label {
  double cost = 0, loss = 0;
  uint32_t decision = kNone;  // Index into the decisions.
};

// The choice of one operator, behind those of the ones before.
struct Decision {
  uint32_t before = kNone;
  uint8_t choice = 0;
};

// Open operators (in order) that are in int8 -> labels, by ascending loss and descending cost.
using States = std::map<std::vector<bool>, std::vector<Label>>;

// Keeps what is not dominated; of equals the first.
void KeepFront(std::vector<Label>& labels) {
  std::ranges::sort(labels, [](const Label& a, const Label& b) {
    return std::tie(a.loss, a.cost, a.decision) < std::tie(b.loss, b.cost, b.decision);
  });
  size_t kept = 0;
  for (const Label& label : labels) {
    if (kept == 0 || label.cost < labels[kept - 1].cost) labels[kept++] = label;
  }
  labels.resize(kept);
}

class Solver {
 public:
  Solver(const SolverProblem& problem, double budget)
      : problem_(problem), budget_(budget), last_use_(problem.operators.size(), 0) {
    for (const SolverBorder& border : problem.borders) {
      ASSAY_CHECK(border.from < border.to && border.to < last_use_.size());
      last_use_[border.from] = std::max(last_use_[border.from], border.to);
    }
  }

  std::vector<Solution> Run() {
    States states = {{{}, {Label()}}};
    for (size_t op = 0; op < problem_.operators.size(); ++op) states = Decide(states, op);
    std::vector<Label> all;
    for (const auto& [key, labels] : states) all.insert(all.end(), labels.begin(), labels.end());
    KeepFront(all);
    std::vector<Solution> front;
    for (const Label& label : all) front.push_back(Trace(label));
    return front;
  }

 private:
  States Decide(const States& states, size_t op) {
    std::vector<size_t> open = open_;  // Those before, and this one, with borders still to come.
    open.push_back(op);
    std::erase_if(open, [&](size_t other) { return last_use_[other] <= op; });
    States next;
    for (const auto& [key, labels] : states) {
      for (size_t choice = 0; choice < problem_.operators[op].size(); ++choice) {
        const SolverChoice& chosen = problem_.operators[op][choice];
        const double cost = chosen.cost + BorderCost(key, op, chosen.int8);
        std::vector<Label>& target = next[KeyOf(key, op, chosen.int8, open)];
        for (const Label& label : labels) {
          const double loss = label.loss + chosen.loss;
          if (loss > budget_) break;
          decisions_.push_back({label.decision, static_cast<uint8_t>(choice)});
          target.push_back({label.cost + cost, loss, static_cast<uint32_t>(decisions_.size() - 1)});
        }
      }
    }
    for (auto& [key, labels] : next) KeepFront(labels);
    open_ = std::move(open);
    return next;
  }

  bool IsInt8(const std::vector<bool>& key, size_t op) const {
    const auto found = std::ranges::find(open_, op);
    return key[static_cast<size_t>(found - open_.begin())];
  }

  double BorderCost(const std::vector<bool>& key, size_t op, bool int8) const {
    double cost = 0;
    for (const SolverBorder& border : problem_.borders) {
      if (border.to == op && IsInt8(key, border.from) != int8) cost += border.cost;
    }
    return cost;
  }

  std::vector<bool> KeyOf(const std::vector<bool>& key, size_t op, bool int8,
                          const std::vector<size_t>& open) const {
    std::vector<bool> result;
    for (const size_t other : open) result.push_back(other == op ? int8 : IsInt8(key, other));
    return result;
  }

  Solution Trace(const Label& label) const {
    Solution solution;
    solution.cost = label.cost;
    solution.loss = label.loss;
    solution.choices.resize(problem_.operators.size());
    uint32_t at = label.decision;
    for (size_t op = solution.choices.size(); op-- > 0; at = decisions_[at].before) {
      solution.choices[op] = decisions_[at].choice;
    }
    return solution;
  }

  const SolverProblem& problem_;
  double budget_;
  std::vector<size_t> last_use_;  // By operator: the last one it has a border with; 0: none.
  std::vector<size_t> open_;
  std::vector<Decision> decisions_;
};

}  // namespace

std::vector<Solution> SolveFront(const SolverProblem& problem, double budget) {
  return Solver(problem, budget).Run();
}

}  // namespace assay::tune
