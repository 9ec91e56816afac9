// RNN, GRU and LSTM, as loops.
#include <algorithm>

#include "harness/engine/recurrence.h"

namespace assay::engine {
namespace {

float Clipped(float x, float limit) { return std::clamp(x, -limit, limit); }

// Gate `index` of unit i: what x gave, r h and its bias.
float Gate(const Recurrence& recurrence, const CellState& state, int64_t index, int64_t i) {
  const int64_t row = index * recurrence.hidden + i;
  float sum = state.gates[row] +
              Dot(state.recurrent + row * recurrence.hidden, state.h, recurrence.hidden);
  if (state.recurrent_bias != nullptr) sum += state.recurrent_bias[row];
  return sum;
}

void RnnCell(const Node&, const Recurrence& recurrence, const CellState& state) {
  for (int64_t i = 0; i < recurrence.hidden; ++i) {
    state.scratch[i] =
        state.activations[0](Clipped(Gate(recurrence, state, 0, i), recurrence.clip));
  }
  std::copy_n(state.scratch, recurrence.hidden, state.h);
}

// Gates z, r, h. linear_before_reset: r multiplies the recurrent product, not the state.
void GruCell(const Node& node, const Recurrence& recurrence, const CellState& state) {
  const int64_t hidden = recurrence.hidden;
  const bool linear = node.Int("linear_before_reset", 0) != 0;
  float *update = state.scratch, *reset = state.scratch + hidden;
  for (int64_t i = 0; i < hidden; ++i) {
    update[i] = state.activations[0](Clipped(Gate(recurrence, state, 0, i), recurrence.clip));
    reset[i] = state.activations[0](Clipped(Gate(recurrence, state, 1, i), recurrence.clip));
  }
  float* candidate = state.gates;  // Its gates are used up.
  for (int64_t i = 0; i < hidden; ++i) {
    const int64_t row = 2 * hidden + i;
    const float* weights = state.recurrent + row * hidden;
    const float bias = state.recurrent_bias == nullptr ? 0 : state.recurrent_bias[row];
    float product = 0;
    for (int64_t k = 0; k < hidden; ++k) {
      product += weights[k] * state.h[k] * (linear ? 1.0f : reset[k]);
    }
    product = linear ? reset[i] * (product + bias) : product + bias;
    candidate[i] = state.activations[1](Clipped(state.gates[row] + product, recurrence.clip));
  }
  for (int64_t i = 0; i < hidden; ++i) {
    state.h[i] = (1 - update[i]) * candidate[i] + update[i] * state.h[i];
  }
}

// Gates i, o, f, c; peepholes i, o, f. input_forget: the forget gate is what the input gate leaves.
void LstmCell(const Node& node, const Recurrence& recurrence, const CellState& state) {
  const int64_t hidden = recurrence.hidden;
  const bool coupled = node.Int("input_forget", 0) != 0;
  const float* p = state.peepholes;
  for (int64_t k = 0; k < hidden; ++k) {
    const auto gate = [&](int64_t index, int64_t peephole, float cell) {
      const float x = Gate(recurrence, state, index, k);
      return Clipped(x + (p == nullptr ? 0 : p[peephole * hidden + k] * cell), recurrence.clip);
    };
    const float input = state.activations[0](gate(0, 0, state.c[k]));
    const float forget = coupled ? 1 - input : state.activations[0](gate(2, 2, state.c[k]));
    const float candidate =
        state.activations[1](Clipped(Gate(recurrence, state, 3, k), recurrence.clip));
    state.c[k] = forget * state.c[k] + input * candidate;
    const float output = state.activations[0](gate(1, 1, state.c[k]));
    state.scratch[k] = output * state.activations[2](state.c[k]);
  }
  std::copy_n(state.scratch, hidden, state.h);
}

struct Kind {
  int64_t gates;
  std::vector<std::string> activations;
  size_t states, most_inputs, peephole;
  Cell cell;
};

Kind KindOf(const Node& node) {
  if (node.op_type == "RNN") return {1, {"Tanh"}, 1, 6, 0, RnnCell};
  if (node.op_type == "GRU") return {3, {"Sigmoid", "Tanh"}, 1, 6, 0, GruCell};
  return {4, {"Sigmoid", "Tanh", "Tanh"}, 2, 8, 7, LstmCell};
}

Status Infer(Inference& inference) {
  const Kind kind = KindOf(inference.node());
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(3, kind.most_inputs));
  ASSAY_ASSIGN_OR_RETURN(
      const Recurrence recurrence,
      RecurrenceOf(inference, kind.gates, kind.activations, kind.states));
  if (kind.peephole > 0 && inference.has(kind.peephole)) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(kind.peephole, {DType::kF32}));
    if (inference.shape(kind.peephole) != Shape{recurrence.directions, 3 * recurrence.hidden}) {
      return inference.Error("peepholes {} do not fit", inference.shape(kind.peephole).ToString());
    }
  }
  return InferRecurrence(inference, recurrence, kind.states);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Kind kind = KindOf(node);
  ASSAY_ASSIGN_OR_RETURN(
      const Recurrence recurrence,
      RecurrenceOf(lowerer.Operands(node), kind.gates, kind.activations, kind.states));
  return LowerRecurrence(node, lowerer, recurrence, kind.states, kind.peephole, kind.cell);
}

constexpr Lowering kMembers[] = {{.op_type = "GRU", .infer = Infer, .lower = Lower},
                                 {.op_type = "LSTM", .infer = Infer, .lower = Lower},
                                 {.op_type = "RNN", .infer = Infer, .lower = Lower}};

}  // namespace

extern const Lowering recurrences;
const Lowering recurrences = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
