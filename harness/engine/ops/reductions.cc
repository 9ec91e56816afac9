// ReduceX: each result is one number made of the elements along the reduced axes. Reals are reduced
// in double and integers in int64, which wraps; the result is then of their own type.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "harness/engine/convert.h"
#include "harness/engine/per_image.h"
#include "harness/engine/reduction.h"
#include "harness/engine/with_type.h"
#include "harness/engine/wrapping.h"

namespace assay::engine {
namespace {

// ReduceSum has its axes as an input.
Result<std::vector<bool>> AxesOf(const Inference& inference) {
  std::vector<int64_t> axes = inference.node().Ints("axes");
  if (inference.has(1)) {
    ASSAY_ASSIGN_OR_RETURN(axes, inference.Integers(1));
  }
  return ReducedAxes(inference.node(), axes, inference.shape(0).rank());
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 2));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, kNumbers));
  ASSAY_ASSIGN_OR_RETURN(const auto reduced, AxesOf(inference));
  const bool keep = inference.node().Int("keepdims", 1) != 0;
  return inference.Set(0, inference.dtype(0), ReducedDims(inference.shape(0), reduced, keep));
}

template <typename T>
using Wide = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;

template <typename V>
V Plus(V a, V b) {
  return Wrapping<V>(a, b, [](auto x, auto y) { return x + y; });
}
template <typename V>
V Times(V a, V b) {
  return Wrapping<V>(a, b, [](auto x, auto y) { return x * y; });
}
template <typename V>
constexpr V kLeast = std::is_integral_v<V> ? std::numeric_limits<V>::min()
                                           : -std::numeric_limits<V>::infinity();
template <typename V>
constexpr V kMost = std::is_integral_v<V> ? std::numeric_limits<V>::max()
                                          : std::numeric_limits<V>::infinity();

// A function of a real, for integers too.
template <auto kFunction>
constexpr auto kThroughDouble =
    []<typename V>(V x, int64_t) { return Convert<V>(kFunction(static_cast<double>(x))); };
constexpr auto kAsItIs = [](auto x, int64_t) { return x; };
constexpr auto kZero = []<typename V>(V) { return V{0}; };
constexpr auto kSum = [](auto sum, auto x) { return Plus(sum, x); };
constexpr auto kSumOfSquares = [](auto sum, auto x) { return Plus(sum, Times(x, x)); };

// answer(take(... take(start, x0) ..., xn), count). A reduction is given a function that visits
// the elements, and how many there are.
template <auto kStart, auto kTake, auto kAnswer = kAsItIs>
struct Fold {
  template <typename T, typename Visit>
  static Wide<T> Of(const Visit& visit, int64_t count) {
    Wide<T> value = kStart(Wide<T>{});
    visit([&](T x) { value = kTake(value, static_cast<Wide<T>>(x)); });
    return kAnswer(value, count);
  }
};

using Sum = Fold<kZero, kSum>;
using Mean = Fold<kZero, kSum, []<typename V>(V sum, int64_t count) {
  return std::is_integral_v<V> && count == 0 ? V{0} : sum / static_cast<V>(count);
}>;
using L1 =
    Fold<kZero, []<typename V>(V sum, V x) { return Plus(sum, x < 0 ? Times(V{-1}, x) : x); }>;
using L2 = Fold<kZero, kSumOfSquares, kThroughDouble<[](double x) { return std::sqrt(x); }>>;
using LogSum = Fold<kZero, kSum, kThroughDouble<[](double x) { return std::log(x); }>>;
using SumSquare = Fold<kZero, kSumOfSquares>;
using Prod = Fold<[]<typename V>(V) { return V{1}; },
                  [](auto product, auto x) { return Times(product, x); }>;
// A NaN stays.
using Max = Fold<[]<typename V>(V) { return kLeast<V>; },
                 [](auto most, auto x) { return (most != most || most > x) ? most : x; }>;
using Min = Fold<[]<typename V>(V) { return kMost<V>; },
                 [](auto least, auto x) { return least != least || least < x ? least : x; }>;

// From the largest element on, so that nothing overflows.
struct LogSumExp {
  template <typename T, typename Visit>
  static Wide<T> Of(const Visit& visit, int64_t count) {
    const auto most = static_cast<double>(Max::Of<T>(visit, count));
    if (!std::isfinite(most)) return Convert<Wide<T>>(most);
    double sum = 0;
    visit([&](T x) { sum += std::exp(static_cast<double>(x) - most); });
    return Convert<Wide<T>>(std::log(sum) + most);
  }
};

template <typename Reduction, typename T>
void AddReduction(const Node& node, Lowerer& lowerer, const std::vector<bool>& reduced) {
  const Operand src = lowerer.Get(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const ReductionNest nest = NestOf(src, dst, reduced);
  lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
    const T* from = frame.At<const T>(src);
    T* to = frame.At<T>(dst);
    const auto steps = nest.over.steps();
    const int64_t step = nest.within.steps()[0], run = nest.within.inner();
    nest.over.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < nest.over.inner(); ++i) {
        // Nothing to reduce is nowhere.
        const T* start = nest.count == 0 ? from : from + at[1] + i * steps[1];
        const auto visit = [&](const auto& take) {
          nest.within.RunHere([&](const auto& offset) {
            for (int64_t k = 0; k < run; ++k) take(start[offset[0] + k * step]);
          });
        };
        to[at[0] + i * steps[0]] = static_cast<T>(Reduction::template Of<T>(visit, nest.count));
      }
    });
    return {};
  });
}

bool PerImage(const Inference& inference) {
  const auto reduced = AxesOf(inference);
  return OnlyFirstIsBatch(inference) && reduced.ok() && !reduced->front();
}

template <typename Reduction>
constexpr Lowering Reducing(std::string_view op_type) {
  return {.op_type = op_type,
          .infer = Infer,
          .lower = [](const Node& node, Lowerer& lowerer) -> Status {
            ASSAY_ASSIGN_OR_RETURN(const auto reduced, AxesOf(lowerer.Operands(node)));
            WithNumber(lowerer.type(node.input(0)).dtype,
                       [&]<typename T>(T) { AddReduction<Reduction, T>(node, lowerer, reduced); });
            return {};
          },
          .per_image = PerImage};
}

constexpr Lowering kMembers[] = {
    Reducing<L1>("ReduceL1"),         Reducing<L2>("ReduceL2"),
    Reducing<LogSum>("ReduceLogSum"), Reducing<LogSumExp>("ReduceLogSumExp"),
    Reducing<Max>("ReduceMax"),       Reducing<Mean>("ReduceMean"),
    Reducing<Min>("ReduceMin"),       Reducing<Prod>("ReduceProd"),
    Reducing<Sum>("ReduceSum"),       Reducing<SumSquare>("ReduceSumSquare")};

}  // namespace

extern const Lowering reductions;
const Lowering reductions = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
