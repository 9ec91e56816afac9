// ConvInteger, MatMulInteger, QLinearConv, QLinearMatMul: exact sums of products of codes less
// their zero points, by kernels but for convolutions of more than three axes or with absurd pads,
// which are loops. QLinearX then scale and round once, as QuantizeLinear does.
#include <limits>

#include "harness/engine/broadcast.h"
#include "harness/engine/code_product.h"
#include "harness/engine/conv_node.h"
#include "harness/engine/per_image.h"
#include "harness/engine/plain_matmul.h"
#include "harness/engine/quantized_operand.h"
#include "harness/engine/unfolded_codes.h"
#include "kernels/base/quant.h"

namespace assay::engine {
namespace {

constexpr std::initializer_list<DType> kCodes = {DType::kU8, DType::kI8};

// Where the operands of the four are among their inputs.
struct Inputs {
  size_t a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero, bias;
};
constexpr size_t kNone = kNoScale;
constexpr Inputs kInteger = {0, kNone, 2, 1, kNone, 3, kNone, kNone, kNone};
constexpr Inputs kQLinear = {0, 1, 2, 3, 4, 5, 6, 7, 8};

bool Requantizes(const Inputs& inputs) { return inputs.y_scale != kNone; }

// Types, scales and zero points; `channels`: how many of those of b there may be.
Result<DType> CheckOperands(const Inference& inference, const Inputs& inputs, int64_t channels) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(inputs.a, kCodes));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(inputs.b, kCodes));
  ASSAY_RETURN_IF_ERROR(
      CheckQuantized(inference, inputs.a_scale, inputs.a_zero, inference.dtype(inputs.a), 0));
  ASSAY_RETURN_IF_ERROR(CheckQuantized(inference, inputs.b_scale, inputs.b_zero,
                                       inference.dtype(inputs.b), channels));
  if (!Requantizes(inputs)) return DType::kI32;
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(inputs.y_zero, kCodes));
  const DType result = inference.dtype(inputs.y_zero);
  ASSAY_RETURN_IF_ERROR(CheckQuantized(inference, inputs.y_scale, inputs.y_zero, result, 0));
  return result;
}

// Of QLinearX: sums times a scale * b scale / y scale.
CodeResult ResultOf(const Node& node, const Lowerer& lowerer) {
  const float a = ScalesOf(node, lowerer, kQLinear.a_scale)[0];
  const float y = ScalesOf(node, lowerer, kQLinear.y_scale)[0];
  CodeResult result{.scales = {}, .zero_point = ZeroPointsOf(node, lowerer, kQLinear.y_zero)[0]};
  for (float b : ScalesOf(node, lowerer, kQLinear.b_scale)) result.scales.push_back(a * b / y);
  return result;
}

// From the sum of a channel to the result of type Y: the sum itself for int32.
template <typename Y>
class Answer {
 public:
  Answer(const Node& node, const Lowerer& lowerer) {
    if constexpr (sizeof(Y) == 1) result_ = ResultOf(node, lowerer);
  }
  Y operator()(int32_t sum, int64_t channel) const {
    if constexpr (sizeof(Y) == 4) {
      return sum;
    } else {
      const auto& scales = result_.scales;
      const float scale = scales[scales.size() == 1 ? 0 : static_cast<size_t>(channel)];
      return static_cast<Y>(RoundClamp(static_cast<float>(sum) * scale, result_.zero_point,
                                       std::numeric_limits<Y>::min(),
                                       std::numeric_limits<Y>::max()));
    }
  }

 private:
  CodeResult result_;
};

template <const Inputs& kInputs>
Status InferConvolution(Inference& inference) {
  const size_t required = Requantizes(kInputs) ? 8 : 2;
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(required, Requantizes(kInputs) ? 9 : 4));
  if (inference.shape(kInputs.b).rank() < 1) return inference.Error("the weights are a scalar");
  ASSAY_ASSIGN_OR_RETURN(const DType result,
                         CheckOperands(inference, kInputs, inference.shape(kInputs.b)[0]));
  if (inference.has(kInputs.bias)) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(kInputs.bias, {DType::kI32}));
  }
  return InferConv(inference, result, {kInputs.a, kInputs.b, kInputs.bias});
}

template <typename X, typename W, typename Y>
Status AddConvolutionOf(const Node& node, Lowerer& lowerer, const Inputs& inputs) {
  ASSAY_ASSIGN_OR_RETURN(const PlainConvolution plain,
                         PlainConvolutionOf(node, lowerer, {inputs.a, inputs.b, inputs.bias}));
  const Operand x = lowerer.Dense(node.input(inputs.a)), w = lowerer.Dense(node.input(inputs.b));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  std::vector<Operand> reads = {x, w};
  Operand bias;
  if (node.has_input(inputs.bias)) {
    reads.push_back(bias = lowerer.Dense(node.input(inputs.bias)));
  }
  const int32_t x_zero = ZeroPointsOf(node, lowerer, inputs.a_zero)[0];
  std::vector<int32_t> w_zeros = ZeroPointsOf(node, lowerer, inputs.b_zero);
  w_zeros.resize(static_cast<size_t>(plain.oc), w_zeros[0]);
  const Answer<Y> answer(node, lowerer);
  auto added = lowerer.Add(node, reads, {dst}, [=](const Frame& frame) -> Status {
    const int32_t* biases = bias.buffer < 0 ? nullptr : frame.At<const int32_t>(bias);
    Y* to = frame.At<Y>(dst);
    plain.Run<uint32_t>(  // Which wraps, as int32 does in the kernels.
        frame.At<const X>(x), frame.At<const W>(w), *frame.pool,
        [&](X a, W b, int64_t channel) {
          return static_cast<uint32_t>((a - x_zero) * (b - w_zeros[static_cast<size_t>(channel)]));
        },
        [&](int64_t task, int64_t output, uint32_t sum) {
          const int64_t channel = task % plain.oc;
          if (biases != nullptr) sum += static_cast<uint32_t>(biases[channel]);
          to[task * plain.taps.outputs() + output] = answer(static_cast<int32_t>(sum), channel);
        });
    return {};
  });
  added.info.macs = plain.macs();
  added.info.int8 = true;
  return {};
}

template <const Inputs& kInputs>
Status InferMatrix(Inference& inference) {
  const size_t count = Requantizes(kInputs) ? 8 : 4;
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(Requantizes(kInputs) ? 8 : 2, count));
  ASSAY_ASSIGN_OR_RETURN(
      const Shape shape,
      MatMulShape(inference.node(), inference.shape(kInputs.a), inference.shape(kInputs.b)));
  // Columns of b may have scales and zero points of their own.
  const Shape& b = inference.shape(kInputs.b);
  const int64_t columns = b.rank() < 2 ? 0 : b[b.rank() - 1];
  ASSAY_ASSIGN_OR_RETURN(const DType result, CheckOperands(inference, kInputs, columns));
  return inference.Set(0, result, shape);
}

// Calls function(A{}, B{}, Y{}) by the element types of operands and result.
template <typename Function>
Status WithCodes(const Node& node, const Lowerer& lowerer, const Inputs& inputs,
                 const Function& function) {
  const auto with = [&](DType dtype, const auto& next) {
    return dtype == DType::kU8 ? next(uint8_t{}) : next(int8_t{});
  };
  return with(lowerer.type(node.input(inputs.a)).dtype, [&](auto a) {
    return with(lowerer.type(node.input(inputs.b)).dtype, [&](auto b) {
      const DType result = lowerer.type(node.outputs[0]).dtype;
      if (result == DType::kI32) return function(a, b, int32_t{});
      return with(result, [&](auto y) { return function(a, b, y); });
    });
  });
}

constexpr CodeInputs CodesOf(const Inputs& inputs) {
  return {inputs.a, inputs.b, inputs.a_zero, inputs.b_zero};
}

template <const Inputs& kInputs>
Status LowerConvolution(const Node& node, Lowerer& lowerer) {
  if constexpr (&kInputs == &kInteger) {
    ASSAY_ASSIGN_OR_RETURN(const bool added, AddCodeConvolution(node, lowerer, CodesOf(kInteger)));
    if (added) return {};
  }
  const Shape& w = lowerer.shape(node.input(kInputs.b));
  ASSAY_ASSIGN_OR_RETURN(const auto axes, WindowAxesOf(node, lowerer.shape(node.input(kInputs.a)),
                                                       {w.dims().begin() + 2, w.dims().end()}));
  if (UnfoldsCodes(node, lowerer, CodesOf(kInputs), axes)) {
    const auto result = Requantizes(kInputs) ? std::optional(ResultOf(node, lowerer)) : std::nullopt;
    return AddUnfoldedCodes(node, lowerer, CodesOf(kInputs), kInputs.bias, result, axes);
  }
  return WithCodes(node, lowerer, kInputs, [&]<typename A, typename B, typename Y>(A, B, Y) {
    return AddConvolutionOf<A, B, Y>(node, lowerer, kInputs);
  });
}

template <const Inputs& kInputs>
Status LowerMatrix(const Node& node, Lowerer& lowerer) {
  if constexpr (&kInputs == &kInteger) {
    ASSAY_ASSIGN_OR_RETURN(const bool added, AddCodeMatrix(node, lowerer, CodesOf(kInputs)));
    if (added) return {};
    return AddCodeMatMul(node, lowerer, CodesOf(kInputs), std::nullopt);
  }
  return AddCodeMatMul(node, lowerer, CodesOf(kInputs), ResultOf(node, lowerer));
}

constexpr Lowering kMembers[] = {
    {.op_type = "ConvInteger",
     .infer = InferConvolution<kInteger>,
     .lower = LowerConvolution<kInteger>,
     .per_image = OnlyFirstIsBatch},
    {.op_type = "MatMulInteger", .infer = InferMatrix<kInteger>, .lower = LowerMatrix<kInteger>},
    {.op_type = "QLinearConv",
     .infer = InferConvolution<kQLinear>,
     .lower = LowerConvolution<kQLinear>},
    {.op_type = "QLinearMatMul", .infer = InferMatrix<kQLinear>, .lower = LowerMatrix<kQLinear>}};

}  // namespace

extern const Lowering integer_products;
const Lowering integer_products = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
