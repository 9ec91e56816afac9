#include "harness/engine/integer_pooling.h"

#include "harness/engine/integer_operands.h"

namespace assay::engine {

Status AddIntegerAverage(const Node& node, Lowerer& lowerer, const Pooling& pooling) {
  const QuantParams from = InputParams(node, 0), to = ResultParams(node);
  auto added =
      lowerer.Add(node, {pooling.src}, {pooling.dst},
                  [=, usable = lowerer.usable()](const Frame& frame) -> Status {
                    pool::AverageU8(pooling.window, from, to, frame.At<const uint8_t>(pooling.src),
                                    frame.At<uint8_t>(pooling.dst), *frame.pool, usable);
                    return {};
                  });
  added.info.int8 = true;
  added.step.work = pooling.work();
  return {};
}

}  // namespace assay::engine
