// The smallest and largest element ever seen.
#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/quantize/observer.h"

namespace assay::quantize {
namespace {

class MinMax : public Observer {
 public:
  void Observe(std::span<const float> elements) override {
    for (float x : elements) {
      if (!(std::abs(x) <= std::numeric_limits<float>::max())) continue;
      min_ = std::min(min_, x);
      max_ = std::max(max_, x);
    }
  }

  Range range() const override { return min_ <= max_ ? Range{min_, max_} : Range{}; }

 private:
  float min_ = std::numeric_limits<float>::infinity();
  float max_ = -std::numeric_limits<float>::infinity();
};

}  // namespace

extern const ObserverEntry minmax;
const ObserverEntry minmax = {
    "minmax", "smallest and largest element seen",
    []() -> std::unique_ptr<Observer> { return std::make_unique<MinMax>(); }};

}  // namespace assay::quantize
