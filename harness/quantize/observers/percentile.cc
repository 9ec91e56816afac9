// The range without the outermost elements, one of 10,000.
#include "harness/quantize/clipping.h"
#include "harness/quantize/histogram.h"
#include "harness/quantize/observer.h"

namespace assay::quantize {
namespace {

constexpr double kKept = 0.9999;

class Percentile : public Observer {
 public:
  void Observe(std::span<const float> elements) override { histogram_.Add(elements); }
  Range range() const override { return PercentileRange(histogram_, kKept); }

 private:
  Histogram histogram_;
};

}  // namespace

extern const ObserverEntry percentile;
const ObserverEntry percentile = {
    "percentile", "99.99 % of the elements, without as many at both ends",
    []() -> std::unique_ptr<Observer> { return std::make_unique<Percentile>(); }};

}  // namespace assay::quantize
