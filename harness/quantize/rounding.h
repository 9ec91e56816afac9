// Adaptive rounding: weights rounded up or down so that the operator's output, not the weight,
// comes out nearest.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace assay::quantize {

// Codes of one row of weights w [k] at `scale`, each floor or ceil of w / scale within [-127, 127],
// that make E[(w x - scale q x^)^2] small, where second = E[x^ x^'] and cross = E[x^ x'], [k][k]:
// the quadratic problem of Nagel et al., "Up or Down? Adaptive Rounding for Post-Training
// Quantization" (arXiv:2004.10568, equation 13), with the inputs of the quantized model as in their
// asymmetric reconstruction (equation 25). In place of their relaxation, coordinate descent from
// the nearest codes until no single change gains: light, exact in each step, deterministic.
// Positions are few against k at times, hence a ridge on the diagonal.
std::vector<int8_t> RoundRow(std::span<const float> weights, float scale,
                             std::span<const double> second, std::span<const double> cross);

// E[(w x - scale q x^)^2] without the part that no code changes.
double RowError(std::span<const float> weights, float scale, std::span<const int8_t> codes,
                std::span<const double> second, std::span<const double> cross);

}  // namespace assay::quantize
