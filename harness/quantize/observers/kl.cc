// The range whose quantized distribution diverges least from the one observed.
#include "harness/quantize/clipping.h"
#include "harness/quantize/histogram.h"
#include "harness/quantize/observer.h"

namespace assay::quantize {
namespace {

class KullbackLeibler : public Observer {
 public:
  void Observe(std::span<const float> elements) override { histogram_.Add(elements); }
  Range range() const override { return LeastDivergenceRange(histogram_); }

 private:
  Histogram histogram_;
};

}  // namespace

extern const ObserverEntry kl;
const ObserverEntry kl = {
    "kl", "least Kullback-Leibler divergence of the distribution",
    []() -> std::unique_ptr<Observer> { return std::make_unique<KullbackLeibler>(); }};

}  // namespace assay::quantize
