// The parameters of QAdd, QConcat, QAveragePool and QGlobalAveragePool nodes, as attributes:
//   scales, zero_points    of the inputs
//   scale, zero_point      of the result
#pragma once

#include "harness/graph/graph.h"
#include "kernels/base/quant.h"

namespace assay::engine {

inline QuantParams InputParams(const Node& node, size_t input) {
  return {std::get<std::vector<float>>(node.attributes.at("scales"))[input],
          static_cast<int32_t>(
              std::get<std::vector<int64_t>>(node.attributes.at("zero_points"))[input])};
}

inline QuantParams ResultParams(const Node& node) {
  return {node.Float("scale", 1.0f), static_cast<int32_t>(node.Int("zero_point", 0))};
}

}  // namespace assay::engine
