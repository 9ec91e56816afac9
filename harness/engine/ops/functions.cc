// Functions of one real number: numpy's, and ONNX's activations without parameters.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "harness/engine/pointwise.h"

namespace assay::engine {
namespace {

template <auto kFunction>
constexpr Lowering Real(std::string_view op_type) {
  return {.op_type = op_type,
          .infer = [](Inference& inference) { return InferPointwise(inference, kReals); },
          .lower = [](const Node& node,
                      Lowerer& lowerer) { return LowerReal(node, lowerer, kFunction); },
          .pointwise = true};
}

// Also of integers, which wrap.
template <auto kFunction>
constexpr Lowering Number(std::string_view op_type) {
  return {.op_type = op_type,
          .infer = [](Inference& inference) { return InferPointwise(inference, kNumbers); },
          .lower = [](const Node& node,
                      Lowerer& lowerer) { return LowerNumber(node, lowerer, kFunction); },
          .pointwise = true};
}

template <typename T>
T Negative(T x) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(std::make_unsigned_t<T>{0} - static_cast<std::make_unsigned_t<T>>(x));
  } else {
    return -x;
  }
}

// log(1 + exp(x)) without overflow.
template <typename T>
T Softplus(T x) {
  return std::max(x, T{0}) + std::log1p(std::exp(-std::abs(x)));
}

constexpr Lowering kMembers[] = {
    Number<[]<typename T>(T x) { return x < T{0} ? Negative(x) : x; }>("Abs"),
    Number<[]<typename T>(T x) { return Negative(x); }>("Neg"),
    Number<[]<typename T>(T x) { return (x > T{0}) ? T(1) : x < T{0} ? T(-1) : x; }>("Sign"),
    Real<[](auto x) { return std::acos(x); }>("Acos"),
    Real<[](auto x) { return std::acosh(x); }>("Acosh"),
    Real<[](auto x) { return std::asin(x); }>("Asin"),
    Real<[](auto x) { return std::asinh(x); }>("Asinh"),
    Real<[](auto x) { return std::atan(x); }>("Atan"),
    Real<[](auto x) { return std::atanh(x); }>("Atanh"),
    Real<[](auto x) { return std::ceil(x); }>("Ceil"),
    Real<[](auto x) { return std::cos(x); }>("Cos"),
    Real<[](auto x) { return std::cosh(x); }>("Cosh"),
    Real<[](auto x) { return std::erf(x); }>("Erf"),
    Real<[](auto x) { return std::exp(x); }>("Exp"),
    Real<[](auto x) { return std::floor(x); }>("Floor"),
    Real<[]<typename T>(T x) {
      return x * std::max(T{0}, std::min(T{1}, x / T{6} + T{0.5}));
    }>("HardSwish"),
    Real<[](auto x) { return std::log(x); }>("Log"),
    Real<[]<typename T>(T x) { return T{1} / x; }>("Reciprocal"),
    Real<[](auto x) { return std::nearbyint(x); }>("Round"),  // Half to even.
    Real<[]<typename T>(T x) { return T{1} / (T{1} + std::exp(-x)); }>("Sigmoid"),
    Real<[](auto x) { return std::sin(x); }>("Sin"),
    Real<[](auto x) { return std::sinh(x); }>("Sinh"),
    Real<[](auto x) { return Softplus(x); }>("Softplus"),
    Real<[]<typename T>(T x) { return x / (T{1} + std::abs(x)); }>("Softsign"),
    Real<[](auto x) { return std::sqrt(x); }>("Sqrt"),
    Real<[](auto x) { return std::tan(x); }>("Tan"),
    Real<[](auto x) { return std::tanh(x); }>("Tanh")};

}  // namespace

extern const Lowering functions;
const Lowering functions = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
