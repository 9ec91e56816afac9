// The smallest and largest element of a sample, averaged over samples, the later ones counting
// more: an outlier of a single sample has little weight.
#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/quantize/observer.h"

namespace assay::quantize {
namespace {

class MovingAverage : public Observer {
 public:
  void Observe(std::span<const float> elements) override {
    constexpr float kLimit = std::numeric_limits<float>::max();
    float min = kLimit, max = -kLimit;
    for (float x : elements) {
      if (!(std::fabs(x) <= kLimit)) continue;
      min = std::min(min, x);
      max = std::max(max, x);
    }
    if (min > max) return;
    // The plain mean at first: otherwise the first sample would count a hundredfold.
    const double weight = std::max(kWeight, 1.0 / static_cast<double>(++samples_));
    min_ += weight * (double{min} - min_);
    max_ += weight * (double{max} - max_);
  }

  Range range() const override { return {static_cast<float>(min_), static_cast<float>(max_)}; }

 private:
  static constexpr double kWeight = 0.01;  // Of the newest sample, in the long run.

  int64_t samples_ = 0;
  double min_ = 0, max_ = 0;
};

}  // namespace

extern const ObserverEntry moving_average;
const ObserverEntry moving_average = {
    "moving_average", "smallest and largest element of a sample, averaged over samples",
    []() -> std::unique_ptr<Observer> { return std::make_unique<MovingAverage>(); }};

}  // namespace assay::quantize
