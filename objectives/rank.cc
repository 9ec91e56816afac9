// MultiObjective::Rank: feasibility, dominance, score, outcome.
#include <algorithm>
#include <numeric>
#include <utility>

#include "kernels/base/check.h"
#include "objectives/multi_objective.h"
#include "objectives/normalize.h"
#include "objectives/objective.h"
#include "objectives/pareto.h"

namespace assay {
namespace {

// Scores nearer than this are the same: the order of a sum's terms must not decide.
constexpr double kTie = 1e-12;

using Table = std::vector<std::vector<double>>;  // [trial][column]

// +1 where x is better than y, -1 where it is worse; by the change from y to x where it was
// measured. Anything is better than what is unavailable.
int Compare(double x, double y, const Change* change, bool higher_is_better) {
  if (!IsAvailable(x) || !IsAvailable(y)) return IsAvailable(x) - IsAvailable(y);
  const int larger = change ? change->Sign() : (x > y) - (x < y);
  return higher_is_better ? larger : -larger;
}

// +1 where trial x dominates y, -1 where y dominates x, 0 where neither does.
int Dominance(const std::vector<MultiObjective::Column>& columns, const Table& values,
              const ChangeBetween& change, size_t x, size_t y) {
  bool better = false, worse = false;
  for (size_t c = 0; c < columns.size() && !(better && worse); ++c) {
    const std::optional<Change> measured = change ? change(c, x, y) : std::nullopt;
    const int sign = Compare(values[x][c], values[y][c], measured ? &*measured : nullptr,
                             columns[c].higher_is_better);
    better = better || sign > 0;
    worse = worse || sign < 0;
  }
  return better - worse;
}

std::vector<size_t> Front(const std::vector<MultiObjective::Column>& columns, const Table& values,
                          const ChangeBetween& change, const std::vector<size_t>& feasible) {
  const size_t n = feasible.size();
  std::vector<std::vector<int>> dominance(n, std::vector<int>(n));
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = i + 1; j < n; ++j) {
      dominance[i][j] = Dominance(columns, values, change, feasible[i], feasible[j]);
      dominance[j][i] = -dominance[i][j];
    }
  }
  std::vector<size_t> front =
      ParetoFront(n, [&](size_t i, size_t j) { return dominance[i][j] > 0; });
  for (size_t& trial : front) trial = feasible[trial];
  return front;
}

// Best first; among equals the earlier trial.
void SortByScore(std::vector<size_t>& order, const std::vector<Ranking::Entry>& trials) {
  const auto score = [&](size_t trial) { return *trials[trial].score; };
  std::sort(order.begin(), order.end(),
            [&](size_t x, size_t y) { return score(x) != score(y) ? score(x) > score(y) : x < y; });
  for (auto first = order.begin(); first != order.end();) {
    const double best = score(*first);
    const auto last =
        std::find_if(first, order.end(), [&](size_t x) { return score(x) < best - kTie; });
    std::sort(first, last);
    first = last;
  }
}

std::vector<double> ColumnOf(const Table& values, const std::vector<size_t>& trials, size_t c) {
  std::vector<double> column;
  for (size_t trial : trials) column.push_back(values[trial][c]);
  return column;
}

}  // namespace

void MultiObjective::Score(const Table& values, const std::vector<double>& baseline,
                           Ranking& ranking) const {
  const bool as_inc = config_.normalization == Normalization::kTrials;
  std::vector<size_t> scaled = ranking.front;  // The trials whose values span [0, 1].
  if (as_inc) {
    scaled.resize(values.size());
    std::iota(scaled.begin(), scaled.end(), size_t{0});
  }
  std::vector<double> scores(scaled.size());
  for (size_t c = 0; c < columns_.size(); ++c) {
    const Column& column = columns_[c];
    const std::vector<double> raw = ColumnOf(values, scaled, c);
    // INC's oddities: an absolute criterion makes accuracy a difference, except that of several
    // metrics, those where lower is better stay ratios.
    const bool as_difference = column.is_accuracy &&
                               config_.criterion.kind == AccuracyCriterion::Kind::kAbsolute &&
                               (criteria_.size() == 1 || column.higher_is_better);
    const std::vector<double> normalized =
        as_inc ? NormalizeAsInc(raw, baseline[c], column.higher_is_better, as_difference)
               : NormalizeRange(raw, column.higher_is_better);
    for (size_t i = 0; i < scores.size(); ++i) scores[i] += column.weight * normalized[i];
  }
  for (size_t i = 0; i < scaled.size(); ++i) {
    Ranking::Entry& entry = ranking.trials[scaled[i]];
    if (!entry.feasible) continue;
    entry.score = scores[i];
    ranking.order.push_back(scaled[i]);
  }
  SortByScore(ranking.order, ranking.trials);
}

Ranking MultiObjective::Rank(std::span<const Measured> trials, const Measured& baseline,
                             const ChangeBetween& change) const {
  Ranking ranking;
  Table values;
  std::vector<size_t> feasible;
  for (size_t i = 0; i < trials.size(); ++i) {
    values.push_back(Values(trials[i]));
    ranking.trials.push_back({.feasible = Feasible(trials[i], baseline)});
    if (ranking.trials[i].feasible) feasible.push_back(i);
  }
  ranking.front = Front(columns_, values, change, feasible);
  for (size_t trial : ranking.front) ranking.trials[trial].on_front = true;
  Score(values, Values(baseline), ranking);
  ranking.hypervolume = FrontHypervolume(values, ranking.front, baseline);
  ranking.outcome = Judge(trials, baseline, ranking.order);
  if (ranking.outcome.best) ranking.gains = Gains(trials[*ranking.outcome.best], baseline);
  return ranking;
}

Outcome MultiObjective::Judge(std::span<const Measured> trials, const Measured& baseline,
                              const std::vector<size_t>& order) const {
  if (!order.empty()) {
    const bool beats = BeatsBaseline(trials[order[0]], baseline);
    return {beats ? TuneStatus::kSatisfied : TuneStatus::kNoGain, order[0]};
  }
  Outcome outcome{TuneStatus::kBestEffort, std::nullopt};
  std::pair<double, double> closest;  // How far off; then how uncertain.
  for (size_t i = 0; i < trials.size(); ++i) {
    const std::vector<double>& p_values = trials[i].limit_p_values;
    const double uncertainty = p_values.empty() ? 1 : std::ranges::max(p_values);
    const std::pair distance(Shortfall(trials[i], baseline), uncertainty);
    if (outcome.best && distance >= closest) continue;
    outcome.best = i;
    closest = distance;
  }
  return outcome;
}

std::optional<double> MultiObjective::FrontHypervolume(const Table& values,
                                                       const std::vector<size_t>& front,
                                                       const Measured& baseline) const {
  // Smaller is better for Hypervolume: what is better when higher changes its sign.
  const auto downward = [](const Column& column, double x) {
    return column.higher_is_better ? -x : x;
  };
  const std::vector<double> accuracies = Accuracies(baseline);
  const std::vector<double> baseline_values = Values(baseline);
  std::vector<double> reference;
  for (size_t c = 0; c < columns_.size(); ++c) {
    const Column& column = columns_[c];
    const double limit = column.is_accuracy
                             ? criteria_[column.accuracy].Target(accuracies[column.accuracy])
                             : baseline_values[c];
    if (!IsAvailable(limit)) return std::nullopt;
    reference.push_back(downward(column, limit));
  }
  std::vector<std::vector<double>> points;
  for (size_t trial : front) {
    std::vector<double> point = values[trial];
    if (!std::all_of(point.begin(), point.end(), IsAvailable)) continue;
    for (size_t c = 0; c < point.size(); ++c) point[c] = downward(columns_[c], point[c]);
    points.push_back(std::move(point));
  }
  return Hypervolume(points, reference);
}

bool MultiObjective::Accepts(const Measured& trial, const Measured* last,
                             const Measured& baseline) const {
  if (!Feasible(trial, baseline)) return false;
  if (last == nullptr) return true;
  const std::vector<double> now = Values(trial);
  const std::vector<double> then = Values(*last);
  for (size_t c = 0; c < columns_.size(); ++c) {
    const bool passes = columns_[c].higher_is_better ? now[c] > then[c] : now[c] <= then[c];
    if (!passes) return false;
  }
  return true;
}

std::vector<bool> MultiObjective::Gains(const Measured& trial, const Measured& baseline) const {
  ASSAY_CHECK(trial.versus_baseline.empty() || trial.versus_baseline.size() == columns_.size());
  const std::vector<double> now = Values(trial);
  const std::vector<double> before = Values(baseline);
  std::vector<bool> gains;
  for (size_t c = 0; c < columns_.size(); ++c) {
    const bool measured = !trial.versus_baseline.empty() && trial.versus_baseline[c].has_value();
    const Change* change = measured ? &*trial.versus_baseline[c] : nullptr;
    gains.push_back(IsAvailable(before[c]) &&
                    Compare(now[c], before[c], change, columns_[c].higher_is_better) > 0);
  }
  return gains;
}

bool MultiObjective::BeatsBaseline(const Measured& trial, const Measured& baseline) const {
  const std::vector<bool> gains = Gains(trial, baseline);
  bool only_accuracy = true;
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].is_accuracy) continue;
    if (gains[c]) return true;
    only_accuracy = false;
  }
  return only_accuracy;
}

}  // namespace assay
