// Assay's own strategy: what every operator saves and loses in int8, and what borders cost, was
// measured one by one (ModelFacts); the best configuration under the criterion is found exactly
// (pareto_solver.h), tried, the model corrected by what was measured, and solved again, until it
// proposes what was tried. Then come the points of the predicted front that promise the most
// hypervolume, the same way. Clocks decide through facts and feedback alone, which the journal has.
#include <algorithm>
#include <cmath>
#include <set>

#include "harness/tune/additive_model.h"
#include "harness/tune/discrete_space.h"
#include "harness/tune/pareto_solver.h"
#include "harness/tune/strategy.h"

namespace assay::tune {
namespace {

using quantize::Precision;
using quantize::QuantizableOp;

constexpr double kCostDeviation = 0.03;  // Of a measured cost, as a share of fp32's.
constexpr double kLossDeviation = 0.1;   // Of a measured loss, as a share of the limit.
constexpr double kCostDoubt = 0.3;       // Of what an operator saves, as a share of it.
constexpr double kSteps = 2048;          // Losses are counted in such parts of the budget.
constexpr double kLeastGain = 1e-3;      // Of hypervolume, as a share of all there could be.

class Pareto : public Strategy {
 public:
  explicit Pareto(std::vector<QuantizableOp> ops) : space_(std::move(ops)) { Inform(Guess()); }

  void Inform(const ModelFacts& facts) override {
    facts_ = facts;
    std::vector<std::vector<double>> saving, doubt;
    for (const OperatorFacts& op : facts_.operators) {
      saving.emplace_back();
      doubt.emplace_back();
      for (size_t choice = 0; choice < op.saved_s.size(); ++choice) {
        saving.back().push_back(-Share(op.saved_s[choice], op.saved_bytes[choice]));
        doubt.back().push_back(kCostDoubt * std::abs(saving.back().back()));
      }
    }
    cost_.emplace(saving, doubt);
    SetLoss(limit());
  }

  std::optional<quantize::QuantConfig> Next() override {
    if (remaining() <= 0) return std::nullopt;
    const bool first = tried_.empty() && !space_.IsBaseline(space_.First());
    const auto point = first ? std::optional(space_.First()) : Propose();
    if (!point) return std::nullopt;
    current_ = *point;
    tried_.insert(current_);
    return space_.Config(current_);
  }

  void Tell(const Feedback& feedback) override {
    if (std::isfinite(feedback.cost)) {
      cost_->Correct(current_, feedback.cost - 1 - BorderCost(current_), kCostDeviation);
    }
    if (!std::isfinite(feedback.loss)) return;
    if (!scaled_ && feedback.loss > 0) SetLoss(feedback.loss);
    scaled_ = true;
    loss_->Correct(current_, feedback.loss, kLossDeviation * limit());
    const double cost = std::isfinite(feedback.cost) ? feedback.cost : PredictedCost(current_);
    if (feedback.feasible) {
      good_.push_back({std::max(feedback.loss, 0.0), cost});
    } else {
      lowest_bad_ = std::min(lowest_bad_, std::max(feedback.loss, 0.0));
    }
  }

  int64_t remaining() const override { return space_.size() - static_cast<int64_t>(tried_.size()); }

 private:
  struct Outcome {
    double loss = 0, cost = 0;
  };

  // Without facts every operator saves and loses the same, a finer choice loses less.
  ModelFacts Guess() const {
    ModelFacts guess;
    guess.latency_s = 2 * static_cast<double>(space_.dimensions());
    for (const QuantizableOp& op : space_.ops()) {
      OperatorFacts& facts = guess.operators.emplace_back();
      for (size_t choice = 0; choice < op.choices.size(); ++choice) {
        const bool int8 = op.choices[choice] != Precision::kFp32;
        facts.output_error.push_back(int8 ? 1 + 0.5 * static_cast<double>(choice) : 0);
        facts.saved_s.push_back(int8 ? 1 : 0);
        facts.saved_bytes.push_back(0);
      }
    }
    return guess;
  }

  // Of the cost of the fp32 model.
  double Share(double seconds, double bytes) const {
    const double of_time = facts_.latency_s > 0 ? seconds / facts_.latency_s : 0;
    const double of_size = facts_.bytes > 0 ? bytes / facts_.bytes : 0;
    return facts_.latency_weight * of_time + facts_.bytes_weight * of_size;
  }

  double limit() const { return facts_.loss_limit > 0 ? facts_.loss_limit : 1; }

  // Errors become losses by one factor, such that the fully quantized model loses `whole`; each is
  // as uncertain as it is large.
  void SetLoss(double whole) {
    double sum = 0;
    for (const OperatorFacts& op : facts_.operators) sum += op.output_error.front();
    const double factor = sum > 0 ? whole / sum : 0;
    std::vector<std::vector<double>> mean;
    for (const OperatorFacts& op : facts_.operators) {
      mean.emplace_back();
      for (const double error : op.output_error) mean.back().push_back(factor * error);
    }
    loss_.emplace(mean, mean);
  }

  bool IsInt8(const Point& point, size_t op) const {
    return space_.ops()[op].choices[point[op]] != Precision::kFp32;
  }

  double BorderCost(const Point& point) const {
    double cost = 0;
    for (const BorderFacts& border : facts_.borders) {
      const bool crossed = IsInt8(point, border.from) != IsInt8(point, border.to);
      if (crossed) cost += Share(border.latency_s, 0);
    }
    return cost;
  }

  double PredictedCost(const Point& point) const {
    return 1 + cost_->Sum(point) + BorderCost(point);
  }

  // Half way between what met the criterion and what did not, where that is below the limit.
  double Budget() const {
    if (lowest_bad_ > limit()) return limit();
    double highest_good = 0;
    for (const Outcome& good : good_) {
      if (good.loss < lowest_bad_) highest_good = std::max(highest_good, good.loss);
    }
    return (highest_good + lowest_bad_) / 2;
  }

  SolverProblem Problem(double budget) const {
    SolverProblem problem;
    const double step = budget / kSteps;
    for (size_t op = 0; op < space_.dimensions(); ++op) {
      auto& choices = problem.operators.emplace_back();
      for (size_t choice = 0; choice < space_.choices(op); ++choice) {
        const bool int8 = space_.ops()[op].choices[choice] != Precision::kFp32;
        const double loss = std::max(loss_->at(op, choice), 0.0);
        const double steps = step > 0 ? std::ceil(loss / step) : loss;
        choices.push_back({cost_->at(op, choice), steps, int8});
      }
    }
    for (const BorderFacts& border : facts_.borders) {
      problem.borders.push_back({border.from, border.to, Share(border.latency_s, 0)});
    }
    return problem;
  }

  // The predicted optimum; where it was tried, what adds most to the front.
  std::optional<Point> Propose() const {
    const double budget = Budget();
    const std::vector<Solution> front = SolveFront(Problem(budget), budget > 0 ? kSteps : 0);
    std::optional<Point> best;
    double best_gain = good_.empty() ? -1 : kLeastGain * limit();
    for (auto solution = front.rbegin(); solution != front.rend(); ++solution) {
      if (space_.IsBaseline(solution->choices)) continue;
      if (tried_.contains(solution->choices)) continue;
      if (solution == front.rbegin() || good_.empty()) return solution->choices;
      const double gain = Gain({solution->loss * budget / kSteps, 1 + solution->cost});
      if (gain <= best_gain) continue;
      best_gain = gain;
      best = solution->choices;
    }
    return best || !good_.empty() ? best : LeastLoss();
  }

  // Where nothing met the criterion and nothing more is expected to: what is expected to lose
  // least.
  std::optional<Point> LeastLoss() const {
    const double most = std::max(loss_->Sum(space_.First()), limit());
    for (const Solution& solution : SolveFront(Problem(most), kSteps)) {
      if (space_.IsBaseline(solution.choices) || tried_.contains(solution.choices)) continue;
      return solution.choices;
    }
    return std::nullopt;
  }

  // What a point adds to the area that feasible trials dominate, up to fp32's cost and the limit.
  double Gain(const Outcome& point) const {
    std::vector<Outcome> all = good_;
    const double before = Area(all);
    all.push_back(point);
    return Area(all) - before;
  }

  double Area(std::vector<Outcome> all) const {
    std::ranges::sort(all, {}, &Outcome::loss);
    double area = 0, lowest = 1;
    for (const Outcome& point : all) {
      if (point.cost >= lowest || point.loss >= limit()) continue;
      area += (lowest - point.cost) * (limit() - point.loss);
      lowest = point.cost;
    }
    return area;
  }

  DiscreteSpace space_;
  ModelFacts facts_;
  std::optional<AdditiveModel> cost_;  // Change against fp32, without borders.
  std::optional<AdditiveModel> loss_;
  bool scaled_ = false;  // By the first measured loss.
  std::vector<Outcome> good_;
  double lowest_bad_ = INFINITY;  // Loss of what did not meet the criterion.
  std::set<Point> tried_;
  Point current_;
};

}  // namespace

extern const StrategyEntry pareto;
const StrategyEntry pareto = {
    "pareto", "the best by measured operators and borders, solved exactly, tried, corrected",
    [](std::vector<QuantizableOp> ops, uint64_t) -> std::unique_ptr<Strategy> {
      return std::make_unique<Pareto>(std::move(ops));
    },
    true};

}  // namespace assay::tune
