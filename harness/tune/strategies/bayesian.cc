// Bayesian optimization (Jones et al. 1998, "Efficient global optimization of expensive black-box
// functions"): a Gaussian process over the trials so far; of random configurations and of the
// neighbors of the best trials, the one of the highest expected improvement comes next.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "harness/tune/explorer.h"
#include "harness/tune/gaussian_process.h"

namespace assay::tune {
namespace {

constexpr size_t kStartup = 10;  // Trials at random before there is anything to learn from.
// The process takes time cubed in its trials: of more than this, half are the best, half the last.
constexpr size_t kMaxFitted = 200;
constexpr int kRandomCandidates = 200;
constexpr size_t kCenters = 5;  // The best trials, whose neighbors differ in one operator.

// Of merits below `best`, less being better.
double ExpectedImprovement(const GaussianProcess::Prediction& prediction, double best) {
  const double gain = best - prediction.mean;
  if (prediction.deviation <= 0) return std::max(gain, 0.0);
  const double z = gain / prediction.deviation;
  const double cumulative = 0.5 * std::erfc(-z / std::numbers::sqrt2);
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
  return gain * cumulative + prediction.deviation * density;
}

class Bayesian : public Explorer {
 public:
  using Explorer::Explorer;

 protected:
  Point Propose() override {
    if (observations().size() < kStartup) return RandomOpen();
    const std::vector<Observation> sorted = BestFirst();
    const GaussianProcess process = GaussianProcess::Fit(Fitted(sorted));
    std::optional<Point> best;
    double best_gain = 0;
    for (Point& candidate : Candidates(sorted)) {
      const double gain = ExpectedImprovement(process.Predict(candidate), sorted[0].merit);
      if (best && gain <= best_gain) continue;
      best = std::move(candidate);
      best_gain = gain;
    }
    return *best;
  }

 private:
  std::vector<Observation> Fitted(const std::vector<Observation>& sorted) const {
    if (sorted.size() <= kMaxFitted) return sorted;
    constexpr auto kHalf = static_cast<std::ptrdiff_t>(kMaxFitted / 2);
    std::vector<Observation> fitted(sorted.begin(), sorted.begin() + kHalf);
    const double worst_of_best = fitted.back().merit;
    // The last trials that are not among the best already.
    for (auto trial = observations().rbegin();
         trial != observations().rend() && fitted.size() < kMaxFitted; ++trial) {
      if (trial->merit > worst_of_best) fitted.push_back(*trial);
    }
    return fitted;
  }

  // At least one, all open.
  std::vector<Point> Candidates(const std::vector<Observation>& sorted) {
    std::vector<Point> candidates = {RandomOpen()};
    for (int draw = 1; draw < kRandomCandidates; ++draw) {
      Point point = space().Random(generator());
      if (IsOpen(point)) candidates.push_back(std::move(point));
    }
    for (size_t center = 0; center < std::min(kCenters, sorted.size()); ++center) {
      AddNeighbors(sorted[center].point, candidates);
    }
    return candidates;
  }

  void AddNeighbors(Point point, std::vector<Point>& candidates) const {
    for (size_t d = 0; d < point.size(); ++d) {
      const uint8_t own = point[d];
      for (point[d] = 0; point[d] < space().choices(d); ++point[d]) {
        if (point[d] != own && IsOpen(point)) candidates.push_back(point);
      }
      point[d] = own;
    }
  }
};

}  // namespace

extern const StrategyEntry bayesian;
const StrategyEntry bayesian = {
    "bayesian", "Gaussian process: tries where the expected improvement is highest",
    [](std::vector<quantize::QuantizableOp> ops, uint64_t seed) -> std::unique_ptr<Strategy> {
      return std::make_unique<Bayesian>(std::move(ops), seed);
    }};

}  // namespace assay::tune
