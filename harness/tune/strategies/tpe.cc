// Tree-structured Parzen estimator (Bergstra et al. 2011, "Algorithms for hyper-parameter
// optimization"), categorical: the best quarter of the trials and the rest each give a distribution
// of every operator's choice, l and g; of candidates drawn from l, the one of the highest l/g comes
// next, which maximizes the expected improvement.
#include <cmath>
#include <span>

#include "harness/tune/explorer.h"

namespace assay::tune {
namespace {

constexpr size_t kStartup = 10;       // Trials at random before there is anything to learn from.
constexpr double kGoodShare = 0.25;   // gamma
constexpr int kCandidates = 24;       // As in the paper's implementation, hyperopt.
constexpr double kPriorWeight = 1.0;  // Of a uniform prior, in trials.

// Per operator, the probability of each choice.
using Density = std::vector<std::vector<double>>;

class Tpe : public Explorer {
 public:
  using Explorer::Explorer;

 protected:
  Point Propose() override {
    if (observations().size() < kStartup) return RandomOpen();
    const std::vector<Observation> sorted = BestFirst();
    const auto good_count =
        static_cast<size_t>(std::ceil(kGoodShare * static_cast<double>(sorted.size())));
    const std::span<const Observation> all(sorted);
    const Density good = Estimate(all.first(good_count));
    const Density rest = Estimate(all.subspan(good_count));
    std::optional<Point> best;
    double best_ratio = 0;
    for (int candidate = 0; candidate < kCandidates; ++candidate) {
      const Point point = Draw(good);
      const double ratio = LogRatio(point, good, rest);
      if (!IsOpen(point) || (best && ratio <= best_ratio)) continue;
      best = point;
      best_ratio = ratio;
    }
    return best ? *best : RandomOpen();
  }

 private:
  Density Estimate(std::span<const Observation> trials) const {
    Density density(space().dimensions());
    for (size_t d = 0; d < density.size(); ++d) {
      const auto choices = static_cast<double>(space().choices(d));
      density[d].assign(space().choices(d), kPriorWeight / choices);
      for (const Observation& trial : trials) density[d][trial.point[d]] += 1;
      for (double& p : density[d]) p /= kPriorWeight + static_cast<double>(trials.size());
    }
    return density;
  }

  Point Draw(const Density& density) {
    Point point = space().First();
    for (size_t d = 0; d < point.size(); ++d) {
      double u = std::ldexp(static_cast<double>(generator()() >> 11), -53);  // In [0, 1).
      while (point[d] + 1u < density[d].size() && u >= density[d][point[d]]) {
        u -= density[d][point[d]++];
      }
    }
    return point;
  }

  static double LogRatio(const Point& point, const Density& good, const Density& rest) {
    double ratio = 0;
    for (size_t d = 0; d < point.size(); ++d) {
      ratio += std::log(good[d][point[d]] / rest[d][point[d]]);
    }
    return ratio;
  }
};

}  // namespace

extern const StrategyEntry tpe;
const StrategyEntry tpe = {
    "tpe", "tree-structured Parzen estimator: learns which choices good trials have in common",
    [](std::vector<quantize::QuantizableOp> ops, uint64_t seed) -> std::unique_ptr<Strategy> {
      return std::make_unique<Tpe>(std::move(ops), seed);
    }};

}  // namespace assay::tune
