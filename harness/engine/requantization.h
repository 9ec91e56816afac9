// Requantization: the attributes of integer products (QConv, QGemm) and the stage they stand for.
#pragma once

#include <optional>
#include <vector>

#include "harness/graph/graph.h"
#include "kernels/base/compute.h"
#include "kernels/base/quant.h"

namespace assay::engine {

// The node's result: u8 codes, or reals where it was not quantized again.
//   x_zero_point                 of the activations
//   scale                        u8: x scale * weight scale / result scale; real: without the last
//   zero_point, q_lo, q_hi       u8 only
//   acc_ratio, residual_ratio, residual_zero_point, sum_zero_point, sum_lo, sum_hi
//                                u8 with a residual (its fourth input)
//   assay.lo, assay.hi           real only
void SetIntegerProduct(Node& node, int32_t x_zero_point, std::vector<float> scale);
void SetRequantized(Node& node, QuantParams result, float lo, float hi);
bool IsRequantized(const Node& node);

// The codes between which clamping to [lo, hi] keeps a result.
struct CodeRange {
  uint8_t lo = 0, hi = 255;
};
CodeRange RangeOf(QuantParams params, float lo, float hi);

// Of a node with these attributes: kU8S8U8 where it is requantized, otherwise what kU8S8S32 needs.
OutputStage IntegerStage(const Node& node);

}  // namespace assay::engine
