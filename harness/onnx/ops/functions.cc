#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

constexpr Operator Function(std::string_view op_type, int min_opset) {
  return {.op_type = op_type, .min_opset = min_opset};
}

constexpr Operator kMembers[] = {
    Function("Abs", 6),      Function("Acos", 7),      Function("Acosh", 9),
    Function("Asin", 7),     Function("Asinh", 9),     Function("Atan", 7),
    Function("Atanh", 9),    Function("Ceil", 6),      Function("Cos", 7),
    Function("Cosh", 9),     Function("Det", 11),      Function("Erf", 9),
    Function("Exp", 6),      Function("Floor", 6),     Function("HardSwish", 14),
    Function("IsNaN", 9),    Function("Log", 6),       Function("Neg", 6),
    Function("Not", 1),      Function("Reciprocal", 6), Function("Relu", 6),
    Function("Round", 11),   Function("Sigmoid", 6),   Function("Sign", 9),
    Function("Sin", 7),      Function("Sinh", 9),      Function("Size", 1),
    Function("Softplus", 1), Function("Softsign", 1),  Function("Sqrt", 6),
    Function("Tan", 7),      Function("Tanh", 6)};

}  // namespace

// Operators of one input without attributes.
extern const Operator functions = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
