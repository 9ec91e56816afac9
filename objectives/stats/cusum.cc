#include "objectives/stats/cusum.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/base/check.h"
#include "objectives/stats/order.h"

namespace assay {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// A sum jumps past its threshold; Siegmund's correction for how far, of normal steps.
constexpr double kOvershoot = 1.166;
// The median of the square of a standard normal number.
constexpr double kMedianSquare = 0.454936;
// Differences that the variation between runs is estimated from, at least.
constexpr size_t kMinDifferences = 8;
// What a difference is worth in a median of squares, in degrees of freedom.
constexpr double kWorth = 0.37;

bool Usable(const Location& run) { return run.known() && run.standard_error > 0; }

// Of the whole series: what an observation of a run varies by, and how well it is known. A run of
// d degrees of freedom has about (d + 1) observations, up to a factor that is the same for all.
Location Pooled(std::span<const Location> runs) {
  double sum = 0, degrees = 0;
  for (const Location& run : runs) {
    if (!Usable(run)) continue;
    const double d = run.degrees_of_freedom;
    sum += d * run.standard_error * run.standard_error * (d + 1);
    degrees += d;
  }
  return {.value = 0, .standard_error = std::sqrt(sum / degrees), .degrees_of_freedom = degrees};
}

// The variance of each run; infinite where it is not known.
std::vector<double> Variances(std::span<const Location> runs, const Location& pooled) {
  std::vector<double> variances;
  for (const Location& run : runs) {
    if (!Usable(run)) {
      variances.push_back(kInfinity);
      continue;
    }
    const double shared = pooled.standard_error * pooled.standard_error;
    variances.push_back(
        std::max(run.standard_error * run.standard_error, shared / (run.degrees_of_freedom + 1)));
  }
  return variances;
}

// Neighbors: the square of their difference, and the variance of it that the errors explain.
struct Difference {
  double square, explained;
};

std::vector<Difference> Neighbors(std::span<const Location> runs,
                                  std::span<const double> variances) {
  std::vector<Difference> differences;
  size_t before = runs.size();
  for (size_t r = 0; r < runs.size(); ++r) {
    if (!Usable(runs[r])) continue;
    if (before < runs.size()) {
      const double difference = runs[r].value - runs[before].value;
      differences.push_back({difference * difference, variances[r] + variances[before]});
    }
    before = r;
  }
  return differences;
}

// The variance beyond the errors.
double Between(const std::vector<Difference>& differences) {
  if (differences.empty()) return 0;
  std::vector<double> ratios(differences.size());
  const auto excess = [&](double between) {
    std::ranges::transform(differences, ratios.begin(), [&](const Difference& d) {
      return d.square / (d.explained + 2 * between);
    });
    return MedianInPlace(ratios) - kMedianSquare;
  };
  if (excess(0) <= 0) return 0;
  double lo = 0, hi = differences[0].explained;
  while (excess(hi) > 0) hi *= 2;
  for (int i = 0; i < 20; ++i) {
    const double middle = (lo + hi) / 2;
    (excess(middle) > 0 ? lo : hi) = middle;
  }
  return hi;
}

// The standard normal number as likely as t. Beyond 8 it does not matter by how much.
double ToNormal(double t, double degrees_of_freedom) {
  const double tail = Location{std::abs(t), 1, degrees_of_freedom}.PAbove(0);
  const double z = tail < 1e-15 ? 8 : -StudentQuantile(tail, kInfinity);
  return std::copysign(z, t);
}

// The weighted mean of some runs.
struct Level {
  double weight = 0, mean = 0;

  void Add(double value, double variance) {
    if (!std::isfinite(variance)) return;
    weight += 1 / variance;
    mean += (value - mean) / variance / weight;
  }
};

// The errors of runs, as those runs tell.
struct Errors {
  std::vector<double> variances;
  double degrees_of_freedom = 0, between = 0;
  bool known = false;  // There are enough runs.

  explicit Errors(std::span<const Location> runs) {
    const Location pooled = Pooled(runs);
    variances = Variances(runs, pooled);
    degrees_of_freedom = pooled.degrees_of_freedom;
    const std::vector<Difference> neighbors = Neighbors(runs, variances);
    between = Between(neighbors);
    known = neighbors.size() >= kMinDifferences;
    if (between == 0) return;
    for (double& variance : variances) variance += between;
    degrees_of_freedom =
        std::min(degrees_of_freedom, kWorth * static_cast<double>(neighbors.size()));
  }
};

class Charting {
 public:
  Charting(std::span<const Location> runs, const CusumRules& rules) : runs_(runs), rules_(rules) {}

  Chart Run() {
    for (size_t r = 0; r < runs_.size(); ++r) {
      errors_ = Errors(runs_.first(r + 1));
      const double z = Standardized(r);
      chart_.standardized.push_back(z);
      if (!std::isnan(z)) {
        Add(up_, z, r);
        Add(down_, -z, r);
      }
      chart_.up.push_back(up_.sum);
      chart_.down.push_back(down_.sum);
      if (up_.sum > rules_.threshold) {
        Found(up_, r);
      } else if (down_.sum > rules_.threshold) {
        Found(down_, r);
      }
    }
    chart_.between = std::sqrt(errors_.between);
    return std::move(chart_);
  }

 private:
  struct Sum {
    double sum = 0;
    size_t first = 0;  // The run after its last zero.
  };

  double Standardized(size_t r) const {
    const Level level = Mean(level_begin_, r);
    const bool known = errors_.known && std::isfinite(errors_.variances[r]) && level.weight > 0;
    if (!known) return std::nan("");
    const double error = std::sqrt(errors_.variances[r] + 1 / level.weight);
    return ToNormal((runs_[r].value - level.mean) / error, errors_.degrees_of_freedom);
  }

  void Add(Sum& sum, double z, size_t r) const {
    if (sum.sum == 0) sum.first = r;
    sum.sum = std::max(0.0, sum.sum + z - rules_.slack);
  }

  Level Mean(size_t begin, size_t end) const {
    Level level;
    for (size_t r = begin; r < end; ++r) level.Add(runs_[r].value, errors_.variances[r]);
    return level;
  }

  Location Step(size_t first, size_t found) const {
    const Level before = Mean(begin_, first), after = Mean(first, found + 1);
    return {.value = after.mean - before.mean,
            .standard_error = std::sqrt(1 / before.weight + 1 / after.weight),
            .degrees_of_freedom = errors_.degrees_of_freedom};
  }

  // The next level begins with the next run: those of the change were chosen for what they are.
  void Found(const Sum& sum, size_t found) {
    Shift best{sum.first, found, Step(sum.first, found)};
    const auto apart = [](const Location& step) {
      return std::abs(step.value) / step.standard_error;
    };
    for (size_t first = sum.first + 1; first <= found; ++first) {
      if (!std::isfinite(errors_.variances[first])) continue;
      const Location step = Step(first, found);
      if (apart(step) > apart(best.size)) best = {first, found, step};
    }
    chart_.shifts.push_back(best);
    begin_ = best.first;
    level_begin_ = found + 1;
    up_ = down_ = {};
  }

  const std::span<const Location> runs_;
  const CusumRules rules_;
  Errors errors_{{}};  // Of the runs so far.
  // Of the runs that changes are measured from, and of those that runs are compared with.
  size_t begin_ = 0, level_begin_ = 0;
  Sum up_, down_;
  Chart chart_;
};

}  // namespace

double CusumRunLength(const CusumRules& rules) {
  ASSAY_CHECK(rules.slack > 0);
  const double reach = 2 * rules.slack * (rules.threshold + kOvershoot);
  const double one_sided = (std::exp(reach) - reach - 1) / (2 * rules.slack * rules.slack);
  return one_sided / 2;
}

double CusumThreshold(double run_length, double slack) {
  ASSAY_CHECK(run_length >= 1);
  double lo = 0, hi = 1;
  while (CusumRunLength({slack, hi}) < run_length) hi *= 2;
  for (int i = 0; i < 60; ++i) {
    const double middle = (lo + hi) / 2;
    (CusumRunLength({slack, middle}) < run_length ? lo : hi) = middle;
  }
  return hi;
}

Chart Cusum(std::span<const Location> runs, const CusumRules& rules) {
  return Charting(runs, rules).Run();
}

}  // namespace assay
