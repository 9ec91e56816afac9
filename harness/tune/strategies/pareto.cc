// Assay's own strategy: what every operator saves and loses in int8, what borders cost, and how far
// calibrations and recipes go, was measured one by one (ModelFacts); the best configuration under
// the criterion is found exactly (pareto_solver.h), tried, the model corrected by what was
// measured, and solved again, until it promises nothing that a clock can tell. All other trials go
// where the hypervolume of the front is expected to grow the most by the second: recipes that take
// long must promise as much more (by the cost of finding out: Snoek, Larochelle and Adams 2012,
// "Practical Bayesian optimization of machine learning algorithms"). Clocks decide through facts
// and feedback alone, which the journal has.
#include <algorithm>
#include <cmath>
#include <set>

#include "harness/tune/additive_model.h"
#include "harness/tune/discrete_space.h"
#include "harness/tune/front_gain.h"
#include "harness/tune/loss_model.h"
#include "harness/tune/pareto_solver.h"
#include "harness/tune/strategy.h"

namespace assay::tune {
namespace {

using quantize::Precision;
using quantize::QuantizableOp;

constexpr double kCostDeviation = 0.03;  // Of a measured cost, as a share of fp32's.
constexpr double kCostDoubt = 0.2;       // Of what an operator saves, as a share of it.
constexpr double kLeastCost = 0.01;      // Clocks of two trials tell no less apart, as a share.
constexpr double kSteps = 2048;          // Losses are counted in such parts of the budget.
constexpr size_t kClimbs = 4;            // From so many of the most promising configurations.
constexpr double kLeastChance = 0.05;    // Below it no settings are taken for likely to do.

struct Candidate {
  size_t settings = 0;
  Point point;

  auto operator<=>(const Candidate&) const = default;
};

struct Promise {
  double gain = -1;  // Expected, by the second.
  Candidate candidate;
};

class Pareto : public Strategy {
 public:
  explicit Pareto(std::vector<QuantizableOp> ops) : space_(std::move(ops)) { Inform(Guess()); }

  void Inform(const ModelFacts& facts) override {
    facts_ = facts;
    alike_.clear();
    std::vector<std::vector<double>> saving, doubt;
    for (size_t op = 0; op < space_.dimensions(); ++op) {
      saving.emplace_back();
      doubt.emplace_back();
      for (size_t choice = 0; choice < space_.choices(op); ++choice) {
        const OperatorFacts& measured = facts_.operators[op];
        saving.back().push_back(-Share(measured.saved_s[choice], measured.saved_bytes[choice]));
        doubt.back().push_back(kCostDoubt * std::abs(saving.back().back()));
      }
      alike_.push_back(Alike(saving.back()));
    }
    cost_.emplace(saving, doubt);
    loss_.emplace(facts_);
    recipe_s_ = facts_.settings_s;
    recipe_s_.resize(settings_count(), 0);
  }

  std::optional<quantize::QuantConfig> Next() override {
    if (remaining() <= 0) return std::nullopt;
    current_ = Propose();
    tried_.insert(current_);
    return space_.Config(current_.point);
  }

  size_t settings() const override { return current_.settings; }

  void Tell(const Feedback& feedback) override {
    if (std::isfinite(feedback.cost)) CorrectCost(feedback);
    if (std::isfinite(feedback.recipe_s)) recipe_s_[current_.settings] = feedback.recipe_s;
    if (!std::isfinite(feedback.loss)) return;
    loss_->Tell(current_.settings, current_.point, feedback.loss, feedback.loss_deviation);
    const auto known = [](double deviation) { return std::isfinite(deviation) ? deviation : 0; };
    if (feedback.feasible) {
      good_.push_back({feedback.loss, feedback.cost, known(feedback.loss_deviation),
                       known(feedback.cost_deviation)});
      good_at_.push_back(current_);
    } else {
      lowest_bad_ = std::min(lowest_bad_, feedback.loss);
    }
  }

  int64_t remaining() const override {
    const auto settings = static_cast<int64_t>(this->settings_count());
    if (space_.size() > INT64_MAX / settings) return INT64_MAX;
    return space_.size() * settings - static_cast<int64_t>(tried_.size());
  }

 private:
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
  size_t settings_count() const { return std::max<size_t>(facts_.settings_error.size(), 1); }

  // By choice, the first that saves as much: what differs by noise must not be told apart by it.
  static std::vector<uint8_t> Alike(const std::vector<double>& saving) {
    std::vector<uint8_t> first;
    for (const double each : saving) {
      first.push_back(static_cast<uint8_t>(std::ranges::find(saving, each) - saving.begin()));
    }
    return first;
  }

  Point CostPoint(Point point) const {
    for (size_t op = 0; op < point.size(); ++op) {
      if (IsInt8(point, op)) point[op] = alike_[op][point[op]];
    }
    return point;
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

  double Cost(const Point& point) const {
    const Point alike = CostPoint(point);
    return 1 + cost_->Sum(alike) + BorderCost(alike);
  }

  // A measurement that was disturbed does not overthrow what all others say.
  void CorrectCost(const Feedback& feedback) {
    constexpr double kMost = 2;  // Standard deviations.
    const double own = std::isfinite(feedback.cost_deviation) ? feedback.cost_deviation : 0;
    const double deviation = std::max(own, kCostDeviation);
    const Point alike = CostPoint(current_.point);
    const double known = BorderCost(alike), expected = cost_->Sum(alike);
    const double most = kMost * std::sqrt(cost_->Variance(alike) + deviation * deviation);
    const double found = std::clamp(feedback.cost - 1 - known, expected - most, expected + most);
    cost_->Correct(alike, found, deviation);
  }

  // What met the criterion, with costs as all trials together say.
  std::vector<TrialOutcome> Good() const {
    std::vector<TrialOutcome> good = good_;
    for (size_t i = 0; i < good.size(); ++i) good[i].cost = Cost(good_at_[i].point);
    return good;
  }

  bool IsOpen(const Candidate& candidate) const {
    return !space_.IsBaseline(candidate.point) && !tried_.contains(candidate);
  }

  // Half way between what met the criterion and what did not, where that is below the limit.
  double Budget() const {
    if (lowest_bad_ > limit()) return limit();
    double highest_good = std::min(lowest_bad_, 0.0);
    for (const TrialOutcome& good : good_) {
      if (good.loss < lowest_bad_) highest_good = std::max(highest_good, good.loss);
    }
    return (highest_good + lowest_bad_) / 2;
  }

  // What a trial takes, in whatever unit where that is not known.
  double Seconds(size_t settings) const {
    return facts_.trial_s > 0 ? facts_.trial_s + recipe_s_[settings] : 1;
  }

  // With which a fully quantized model is the likeliest to do by the second it takes; where none is
  // likely to, or one was found that does: with which it is expected to lose least.
  size_t Leading() const {
    size_t leading = 0;
    double highest = 0;
    for (size_t settings = 0; good_.empty() && settings < settings_count(); ++settings) {
      if (!IsOpen({settings, space_.First()})) continue;
      const double chance = loss_->Chance(settings);
      if (chance < kLeastChance || !(chance / Seconds(settings) > highest)) continue;
      highest = chance / Seconds(settings);
      leading = settings;
    }
    return highest > 0 ? leading : LeastLosing();
  }

  size_t LeastLosing() const {
    size_t leading = 0;
    double least = INFINITY;
    for (size_t settings = 0; settings < settings_count(); ++settings) {
      const double loss = loss_->Of(settings).Sum(space_.First());
      if (!(loss < least)) continue;
      least = loss;
      leading = settings;
    }
    return leading;
  }

  SolverProblem Problem(size_t settings, double budget) const {
    SolverProblem problem;
    const double step = budget / kSteps;
    for (size_t op = 0; op < space_.dimensions(); ++op) {
      auto& choices = problem.operators.emplace_back();
      for (size_t choice = 0; choice < space_.choices(op); ++choice) {
        const bool int8 = space_.ops()[op].choices[choice] != Precision::kFp32;
        const double loss = std::max(loss_->Of(settings).at(op, choice), 0.0);
        const double steps = step > 0 ? std::ceil(loss / step) : loss;
        const double cost = cost_->at(op, int8 ? alike_[op][choice] : choice);
        choices.push_back({cost, steps, int8});
      }
    }
    for (const BorderFacts& border : facts_.borders) {
      problem.borders.push_back({border.from, border.to, Share(border.latency_s, 0)});
    }
    return problem;
  }

  // The predicted front with some settings, by descending loss.
  std::vector<Candidate> Front(size_t settings, double budget) const {
    std::vector<Candidate> front;
    if (budget < 0) return front;
    for (Solution& solution : SolveFront(Problem(settings, budget), budget > 0 ? kSteps : 0)) {
      front.push_back({settings, std::move(solution.choices)});
    }
    std::ranges::reverse(front);
    return front;
  }

  Candidate Propose() const {
    const Candidate first{Leading(), space_.First()};
    if (tried_.empty() && IsOpen(first)) return first;
    const std::vector<Candidate> front = Front(first.settings, Budget());
    for (const Candidate& candidate : front) {
      if (good_.empty() ? IsOpen(candidate) : IsOptimum(candidate)) return candidate;
      if (!good_.empty()) break;
    }
    if (good_.empty()) {
      if (const auto candidate = LeastLoss(first.settings)) return *candidate;
    }
    const Promise best = MostPromising(front);
    return best.gain >= 0 ? best.candidate : AnyOpen();
  }

  // Whether it is expected to be cheaper than all that met the criterion.
  bool IsOptimum(const Candidate& candidate) const {
    double lowest = 1;
    for (const TrialOutcome& good : Good()) lowest = std::min(lowest, good.cost);
    return IsOpen(candidate) && Cost(candidate.point) < lowest * (1 - kLeastCost);
  }

  // Where nothing met the criterion and nothing more is expected to: what is expected to lose
  // least.
  std::optional<Candidate> LeastLoss(size_t settings) const {
    const double most = std::max(loss_->Of(settings).Sum(space_.First()), limit());
    const std::vector<Candidate> front = Front(settings, most);
    const auto found = std::find_if(front.rbegin(), front.rend(),
                                    [this](const Candidate& each) { return IsOpen(each); });
    return found == front.rend() ? std::nullopt : std::optional(*found);
  }

  double GainOf(const FrontGain& gain, const Candidate& candidate) const {
    return gain.Expect(loss_->Predict(candidate.settings, candidate.point), Cost(candidate.point)) /
           Seconds(candidate.settings);
  }

  // Of all settings the fully quantized models, the predicted front, what met the criterion; and
  // from the most promising of them on, operator by operator and with other settings.
  Promise MostPromising(const std::vector<Candidate>& front) const {
    const FrontGain gain(Good(), limit(), Budget());
    std::set<Candidate> starts(front.begin(), front.end());
    starts.insert(good_at_.begin(), good_at_.end());
    for (size_t settings = 0; settings < settings_count(); ++settings) {
      starts.insert({settings, space_.First()});
    }
    std::vector<Promise> promises;
    for (const Candidate& start : starts) promises.push_back({GainOf(gain, start), start});
    std::ranges::sort(promises, [](const Promise& a, const Promise& b) {
      return a.gain != b.gain ? a.gain > b.gain : a.candidate < b.candidate;
    });
    Promise best;
    for (const Promise& promise : promises) Keep(promise, best);
    promises.resize(std::min(promises.size(), kClimbs));
    for (const Promise& promise : promises) Climb(gain, promise.candidate, best);
    return best;
  }

  void Keep(const Promise& promise, Promise& best) const {
    if (promise.gain > best.gain && IsOpen(promise.candidate)) best = promise;
  }

  void Climb(const FrontGain& gain, Candidate from, Promise& best) const {
    for (size_t step = 0; step < 2 * space_.dimensions(); ++step) {
      Promise next;
      for (size_t settings = 0; settings < settings_count(); ++settings) {
        const Candidate candidate{settings, from.point};
        Keep({GainOf(gain, candidate), candidate}, next);
      }
      KeepNeighbors(gain, from, next);
      if (!(next.gain > best.gain)) return;
      from = next.candidate;
      best = std::move(next);
    }
  }

  // What differs in one operator.
  void KeepNeighbors(const FrontGain& gain, const Candidate& from, Promise& best) const {
    const AdditiveModel& model = loss_->Of(from.settings);
    const double sum = model.Sum(from.point);
    const std::vector<double> covariance = model.Covariance(from.point);
    const double variance = model.Variance(from.point);
    Candidate near = from;
    for (size_t op = 0; op < space_.dimensions(); ++op) {
      const uint8_t before = from.point[op];
      for (uint8_t choice = 0; choice < space_.choices(op); ++choice) {
        if (choice == before) continue;
        near.point[op] = choice;
        const double after = model.VarianceAfter(from.point, covariance, variance, op, choice);
        const Expected loss{sum + model.at(op, choice) - model.at(op, before),
                            std::sqrt(std::max(after, 0.0) + loss_->residual_variance())};
        Keep({gain.Expect(loss, Cost(near.point)) / Seconds(from.settings), near}, best);
      }
      near.point[op] = before;
    }
  }

  // Asked only while there is one.
  Candidate AnyOpen() const {
    Candidate candidate{0, space_.First()};
    while (!IsOpen(candidate)) {
      space_.Advance(candidate.point);
      if (candidate.point == space_.First()) ++candidate.settings;
    }
    return candidate;
  }

  DiscreteSpace space_;
  ModelFacts facts_;
  std::optional<AdditiveModel> cost_;  // Change against fp32, without borders.
  std::optional<LossModel> loss_;
  std::vector<std::vector<uint8_t>> alike_;  // By operator and choice: the first that costs alike.
  std::vector<double> recipe_s_;             // By settings: seconds.
  std::vector<TrialOutcome> good_;           // What met the criterion,
  std::vector<Candidate> good_at_;           // and where that was.
  double lowest_bad_ = INFINITY;             // Loss of what did not.
  std::set<Candidate> tried_;
  Candidate current_;
};

}  // namespace

extern const StrategyEntry pareto;
const StrategyEntry pareto = {
    "pareto", "the best by measured operators and borders, solved exactly, tried, corrected",
    [](std::vector<QuantizableOp> ops, uint64_t) -> std::unique_ptr<Strategy> {
      return std::make_unique<Pareto>(std::move(ops));
    },
    true, true};

}  // namespace assay::tune
