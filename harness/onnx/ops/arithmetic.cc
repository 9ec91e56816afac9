#include "harness/onnx/legacy_broadcast.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

constexpr Operator Binary(std::string_view op_type, int min_opset = 1) {
  return {.op_type = op_type,
          .min_opset = min_opset,
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = kLegacyBroadcast,
          .canonicalize = CanonicalizeLegacyBroadcast};
}

constexpr Operator kMembers[] = {
    Binary("Add"), Binary("Sub"),  Binary("Mul"),     Binary("Div"),
    Binary("Pow"), Binary("And"),  Binary("Or"),      Binary("Xor"),
    Binary("Equal"), Binary("Less"), Binary("Greater"), Binary("LessOrEqual", 12),
    Binary("GreaterOrEqual", 12)};

}  // namespace

// Operators on two operands, without attributes since opset 7.
extern const Operator arithmetic = {
    .family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
