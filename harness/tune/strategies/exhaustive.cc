// Every configuration once, in lexicographic order of the operators' choices: the last operator
// changes first. As INC's strategy of that name; for few operators.
#include "harness/tune/explorer.h"

namespace assay::tune {
namespace {

class Exhaustive : public Explorer {
 public:
  Exhaustive(std::vector<quantize::QuantizableOp> ops, uint64_t seed)
      : Explorer(std::move(ops), seed), point_(space().First()) {}

 protected:
  Point Propose() override {
    while (!IsOpen(point_)) space().Advance(point_);
    return point_;
  }

 private:
  Point point_;
};

}  // namespace

extern const StrategyEntry exhaustive;
const StrategyEntry exhaustive = {
    "exhaustive", "every configuration, in order",
    [](std::vector<quantize::QuantizableOp> ops, uint64_t seed) -> std::unique_ptr<Strategy> {
      return std::make_unique<Exhaustive>(std::move(ops), seed);
    }};

}  // namespace assay::tune
