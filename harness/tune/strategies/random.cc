// Random search (Bergstra and Bengio 2012, "Random search for hyper-parameter optimization"): every
// configuration equally likely, none twice.
#include "harness/tune/explorer.h"

namespace assay::tune {
namespace {

class Random : public Explorer {
 public:
  using Explorer::Explorer;

 protected:
  Point Propose() override { return RandomOpen(); }
};

}  // namespace

extern const StrategyEntry random;
const StrategyEntry random = {
    "random", "all int8, then configurations at random",
    [](std::vector<quantize::QuantizableOp> ops, uint64_t seed) -> std::unique_ptr<Strategy> {
      return std::make_unique<Random>(std::move(ops), seed);
    }};

}  // namespace assay::tune
