#include "harness/engine/recurrence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

namespace assay::engine {
namespace {

struct NamedActivation {
  std::string_view name;
  float (*function)(float, float, float);
  float alpha, beta;
};

// With ONNX's defaults of alpha and beta.
constexpr std::array kActivations = {
    NamedActivation{"Relu", [](float x, float, float) { return std::max(x, 0.0f); }, 0, 0},
    NamedActivation{"Tanh", [](float x, float, float) { return std::tanh(x); }, 0, 0},
    NamedActivation{"Sigmoid", [](float x, float, float) { return 1 / (1 + std::exp(-x)); }, 0, 0},
    NamedActivation{"Affine", [](float x, float a, float b) { return a * x + b; }, 1, 0},
    NamedActivation{"LeakyRelu", [](float x, float a, float) { return x < 0 ? a * x : x; }, 0.01f,
                    0},
    NamedActivation{"ThresholdedRelu", [](float x, float a, float) { return x > a ? x : 0; }, 1,
                    0},
    NamedActivation{"ScaledTanh", [](float x, float a, float b) { return a * std::tanh(b * x); },
                    1, 1},
    NamedActivation{
        "HardSigmoid",
        [](float x, float a, float b) { return std::clamp(a * x + b, 0.0f, 1.0f); }, 0.2f, 0.5f},
    NamedActivation{"Elu", [](float x, float a, float) { return x < 0 ? a * std::expm1(x) : x; },
                    1, 0},
    NamedActivation{"Softsign", [](float x, float, float) { return x / (1 + std::fabs(x)); }, 0, 0},
    NamedActivation{"Softplus", [](float x, float, float) { return std::log1p(std::exp(x)); }, 0,
                    0}};

std::vector<float> FloatsOf(const Node& node, const char* name) {
  const auto it = node.attributes.find(name);
  const auto* values =
      it == node.attributes.end() ? nullptr : std::get_if<std::vector<float>>(&it->second);
  return values == nullptr ? std::vector<float>() : *values;
}

// The names given, or the defaults in each direction; alphas and betas are taken in their order by
// those that have some.
Result<std::vector<GateActivation>> ActivationsOf(const Inference& inference,
                                                  const std::vector<std::string>& defaults,
                                                  int64_t directions) {
  std::vector<std::string> names;
  const auto it = inference.node().attributes.find("activations");
  if (it != inference.node().attributes.end()) {
    const auto* given = std::get_if<std::vector<std::string>>(&it->second);
    if (given != nullptr) names = *given;
  } else {
    for (int64_t d = 0; d < directions; ++d) {
      names.insert(names.end(), defaults.begin(), defaults.end());
    }
  }
  if (names.size() != defaults.size() * static_cast<size_t>(directions)) {
    return inference.Error("{} activations, {} are expected", names.size(),
                           defaults.size() * static_cast<size_t>(directions));
  }
  const std::vector<float> alphas = FloatsOf(inference.node(), "activation_alpha");
  const std::vector<float> betas = FloatsOf(inference.node(), "activation_beta");
  size_t alpha = 0, beta = 0;
  std::vector<GateActivation> activations;
  for (const std::string& name : names) {
    const auto* known = std::ranges::find(kActivations, name, &NamedActivation::name);
    if (known == kActivations.end()) return inference.Error("activation '{}' is not known", name);
    GateActivation activation{known->function, known->alpha, known->beta};
    if (known->alpha != 0 && alpha < alphas.size()) activation.alpha = alphas[alpha++];
    const bool has_beta = name == "Affine" || name == "ScaledTanh" || name == "HardSigmoid";
    if (has_beta && beta < betas.size()) activation.beta = betas[beta++];
    activations.push_back(activation);
  }
  return activations;
}

Status ExpectShape(const Inference& inference, size_t input, const Shape& expected) {
  if (!inference.has(input)) return {};
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(input, {DType::kF32}));
  if (inference.shape(input) == expected) return {};
  return inference.Error("input {} has shape {}, {} is expected", input,
                         inference.shape(input).ToString(), expected.ToString());
}

Status CheckShapes(const Inference& inference, const Recurrence& r, size_t states) {
  const int64_t rows = r.gates * r.hidden;
  ASSAY_RETURN_IF_ERROR(ExpectShape(inference, 1, {r.directions, rows, r.in}));
  ASSAY_RETURN_IF_ERROR(ExpectShape(inference, 2, {r.directions, rows, r.hidden}));
  ASSAY_RETURN_IF_ERROR(ExpectShape(inference, 3, {r.directions, 2 * rows}));
  if (inference.has(4)) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(4, {DType::kI32}));
    if (inference.shape(4) != Shape{r.batch}) return inference.Error("lengths are not [batch]");
  }
  const Shape state = r.batch_first ? Shape{r.batch, r.directions, r.hidden}
                                    : Shape{r.directions, r.batch, r.hidden};
  for (size_t i = 0; i < states; ++i) {
    ASSAY_RETURN_IF_ERROR(ExpectShape(inference, 5 + i, state));
  }
  return {};
}

}  // namespace

Result<Recurrence> RecurrenceOf(const Inference& inference, int64_t gates,
                                const std::vector<std::string>& defaults, size_t states) {
  const Node& node = inference.node();
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  ASSAY_RETURN_IF_ERROR(inference.ExpectRank(0, 3));
  ASSAY_RETURN_IF_ERROR(inference.ExpectRank(2, 3));
  const Shape &x = inference.shape(0), &r = inference.shape(2);
  const bool batch_first = node.Int("layout", 0) != 0;
  const std::string direction = node.String("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    return inference.Error("direction is '{}'", direction);
  }
  const int64_t hidden = r[2];
  if (node.Int("hidden_size", hidden) != hidden || hidden < 1) {
    return inference.Error("hidden_size contradicts the weights {}", r.ToString());
  }
  const float clip = node.Float("clip", std::numeric_limits<float>::infinity());
  if (!(clip >= 0)) return inference.Error("clip is {}, and may not be negative", clip);
  Recurrence recurrence{.steps = x[batch_first ? 1 : 0],
                        .batch = x[batch_first ? 0 : 1],
                        .in = x[2],
                        .hidden = hidden,
                        .directions = direction == "bidirectional" ? 2 : 1,
                        .gates = gates,
                        .reverse = direction == "reverse",
                        .batch_first = batch_first,
                        .clip = clip,
                        .activations = {}};
  ASSAY_ASSIGN_OR_RETURN(recurrence.activations,
                         ActivationsOf(inference, defaults, recurrence.directions));
  ASSAY_RETURN_IF_ERROR(CheckShapes(inference, recurrence, states));
  return recurrence;
}

Status InferRecurrence(Inference& inference, const Recurrence& r, size_t states) {
  const std::vector<int64_t> all = r.batch_first
                                       ? std::vector{r.batch, r.steps, r.directions, r.hidden}
                                       : std::vector{r.steps, r.directions, r.batch, r.hidden};
  const std::vector<int64_t> last = r.batch_first ? std::vector{r.batch, r.directions, r.hidden}
                                                  : std::vector{r.directions, r.batch, r.hidden};
  ASSAY_RETURN_IF_ERROR(inference.Set(0, DType::kF32, all));
  for (size_t i = 0; i < states; ++i) {
    ASSAY_RETURN_IF_ERROR(inference.Set(1 + i, DType::kF32, last));
  }
  return {};
}

namespace {

// One run: where its operands are, nullptr where they are absent.
struct Operands {
  const float *x, *w, *r, *b, *h0, *c0, *p;
  const int32_t* lengths;
  float *y, *y_h, *y_c, *work;
};

// All steps of sample `n` in direction `d`. Error: a length that is none.
Status RunSample(const Node& node, const Recurrence& recurrence, const Operands& at, int64_t d,
                 int64_t n, Cell cell) {
  const auto [steps, batch, in] = std::tuple(recurrence.steps, recurrence.batch, recurrence.in);
  const int64_t hidden = recurrence.hidden, rows = recurrence.gates * hidden;
  const int64_t directions = recurrence.directions;
  const int64_t length = at.lengths == nullptr ? steps : at.lengths[n];
  if (length < 0 || length > steps) {
    return NodeError(node, "a length of {} of {} steps", length, steps);
  }
  float *h = at.work + rows, *c = h + hidden;
  const int64_t state = hidden * (recurrence.batch_first ? n * directions + d : d * batch + n);
  const auto start = [&](const float* from, float* to) {
    from == nullptr ? std::fill_n(to, hidden, 0.0f) : std::copy_n(from + state, hidden, to);
  };
  start(at.h0, h);
  start(at.c0, c);
  const float* bias = at.b == nullptr ? nullptr : at.b + d * 2 * rows;
  const auto each = static_cast<int64_t>(recurrence.activations.size()) / directions;
  const CellState cell_state{.gates = at.work,
                             .h = h,
                             .c = c,
                             .scratch = c + hidden,
                             .recurrent = at.r + d * rows * hidden,
                             .recurrent_bias = bias == nullptr ? nullptr : bias + rows,
                             .activations = recurrence.activations.data() + d * each,
                             .peepholes = at.p == nullptr ? nullptr : at.p + d * 3 * hidden};
  for (int64_t i = 0; i < length; ++i) {
    const int64_t t = recurrence.reverse || d == 1 ? length - 1 - i : i;
    const float* sample = at.x + in * (recurrence.batch_first ? n * steps + t : t * batch + n);
    for (int64_t row = 0; row < rows; ++row) {
      at.work[row] = Dot(at.w + (d * rows + row) * in, sample, in);
      if (bias != nullptr) at.work[row] += bias[row];
    }
    cell(node, recurrence, cell_state);
    const int64_t place = recurrence.batch_first ? (n * steps + t) * directions + d
                                                 : (t * directions + d) * batch + n;
    if (at.y != nullptr) std::copy_n(h, hidden, at.y + place * hidden);
  }
  if (at.y_h != nullptr) std::copy_n(h, hidden, at.y_h + state);
  if (at.y_c != nullptr) std::copy_n(c, hidden, at.y_c + state);
  return {};
}

template <typename T>
T* Optional(const Frame& frame, const Operand& operand) {
  return operand.buffer < 0 ? nullptr : frame.At<T>(operand);
}

}  // namespace

Status LowerRecurrence(const Node& node, Lowerer& lowerer, const Recurrence& recurrence,
                       size_t states, size_t peephole, Cell cell) {
  std::vector<Operand> reads, writes;
  const auto input = [&](size_t i) {
    return node.has_input(i) ? reads.emplace_back(lowerer.Dense(node.input(i))) : Operand();
  };
  const Operand x = input(0), w = input(1), r = input(2), b = input(3), lengths = input(4);
  const Operand h0 = input(5), c0 = states > 1 ? input(6) : Operand();
  const Operand p = peephole > 0 ? input(peephole) : Operand();
  const auto output = [&](size_t i) {
    const bool there = node.outputs.size() > i && !node.outputs[i].empty();
    return there ? writes.emplace_back(lowerer.New(node.outputs[i], Order::kDense)) : Operand();
  };
  const Operand y = output(0), y_h = output(1), y_c = states > 1 ? output(2) : Operand();
  const int64_t floats = (recurrence.gates + 4) * recurrence.hidden;
  const Operand work = writes.emplace_back(lowerer.Scratch(DType::kF32, {floats}));
  auto added = lowerer.Add(node, reads, writes, [=](const Frame& frame) -> Status {
    const auto read = [&](const Operand& operand) { return Optional<const float>(frame, operand); };
    const auto write = [&](const Operand& operand) { return Optional<float>(frame, operand); };
    const Operands at{.x = read(x),
                      .w = read(w),
                      .r = read(r),
                      .b = read(b),
                      .h0 = read(h0),
                      .c0 = read(c0),
                      .p = read(p),
                      .lengths = Optional<const int32_t>(frame, lengths),
                      .y = write(y),
                      .y_h = write(y_h),
                      .y_c = write(y_c),
                      .work = write(work)};
    if (at.y != nullptr) std::fill_n(at.y, y.elements(), 0.0f);
    for (int64_t d = 0; d < recurrence.directions; ++d) {
      for (int64_t n = 0; n < recurrence.batch; ++n) {
        ASSAY_RETURN_IF_ERROR(RunSample(node, recurrence, at, d, n, cell));
      }
    }
    return {};
  });
  added.step.work = static_cast<double>(recurrence.steps) * static_cast<double>(recurrence.batch) *
                    static_cast<double>(w.elements() + r.elements());
  return {};
}

}  // namespace assay::engine
