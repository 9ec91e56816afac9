// The range of the least squared error.
#include "harness/quantize/clipping.h"
#include "harness/quantize/histogram.h"
#include "harness/quantize/observer.h"

namespace assay::quantize {
namespace {

class LeastSquaredError : public Observer {
 public:
  void Observe(std::span<const float> elements) override { histogram_.Add(elements); }
  Range range() const override { return LeastErrorRange(histogram_); }

 private:
  Histogram histogram_;
};

}  // namespace

extern const ObserverEntry mse;
const ObserverEntry mse = {"mse", "least mean squared error", []() -> std::unique_ptr<Observer> {
                             return std::make_unique<LeastSquaredError>();
                           }};

}  // namespace assay::quantize
