// The lowering that QAveragePool and QGlobalAveragePool share.
#pragma once

#include "harness/engine/lowering.h"
#include "harness/engine/pooling.h"

namespace assay::engine {

Status AddIntegerAverage(const Node& node, Lowerer& lowerer, const Pooling& pooling);

}  // namespace assay::engine
