// Recurrence: what RNN, GRU and LSTM share: inputs x [steps, batch, in], w [directions, gates *
// hidden, in], r [directions, gates * hidden, hidden], optionally b, lengths and initial states.
#pragma once

#include <string>
#include <vector>

#include "harness/engine/lowering.h"

namespace assay::engine {

// An activation of a gate; alpha and beta are those of the attributes activation_alpha and _beta.
struct GateActivation {
  float (*function)(float x, float alpha, float beta) = nullptr;
  float alpha = 0, beta = 0;

  float operator()(float x) const { return function(x, alpha, beta); }
};

struct Recurrence {
  int64_t steps, batch, in, hidden, directions, gates;
  bool reverse;      // The one direction is from the end.
  bool batch_first;  // layout 1: batch is the first axis of x and y.
  float clip;        // Of what activations are given; infinity: none.
  std::vector<GateActivation> activations;  // Those of one direction, then those of the other.
};

// `gates`: of the operator; `defaults`: its activations for one direction; `states`: initial states
// among the inputs (from input 5 on). Error: attributes or shapes that do not fit.
Result<Recurrence> RecurrenceOf(const Inference& inference, int64_t gates,
                                const std::vector<std::string>& defaults, size_t states);
// Outputs Y, Y_h and, with two states, Y_c.
Status InferRecurrence(Inference& inference, const Recurrence& recurrence, size_t states);

// One step of one sample: `gates` holds x W^T + its biases (gates * hidden values), h and c the
// states to replace, `direction` tells weights and activations apart. `scratch`: 2 * hidden floats.
struct CellState {
  float *gates, *h, *c, *scratch;
  const float* recurrent;       // r of the direction.
  const float* recurrent_bias;  // Its half of b; nullptr: none.
  const GateActivation* activations;
  const float* peepholes;  // p of the direction; nullptr: none.
};
using Cell = void (*)(const Node& node, const Recurrence& recurrence, const CellState& state);

// The steps, directions and samples around the cell. `states`: 1, or 2 with cell states;
// `peephole`: that input, or 0.
Status LowerRecurrence(const Node& node, Lowerer& lowerer, const Recurrence& recurrence,
                       size_t states, size_t peephole, Cell cell);

// sum of r[row * hidden + k] * h[k].
inline float Dot(const float* row, const float* h, int64_t hidden) {
  float sum = 0;
  for (int64_t k = 0; k < hidden; ++k) sum += row[k] * h[k];
  return sum;
}

}  // namespace assay::engine
