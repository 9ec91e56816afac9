// Cross-layer equalization: channels between two weighted operators are scaled so that they use
// the codes alike.
#pragma once

#include "harness/graph/graph.h"
#include "harness/quantize/calibrate.h"
#include "kernels/base/status.h"

namespace assay::quantize {

// Multiplies output channel i of a convolution by a positive s[i] (weights and bias) and divides
// what the next convolution multiplies it with; Relu, pools and Clip with a lower bound of 0
// commute with that. After Nagel et al., "Data-Free Quantization Through Weight Equalization and
// Bias Correction" (arXiv:1906.04721, section 4.1), with two differences that per-channel scales
// and calibration data suggest: a channel is judged by the range of its activations rather than of
// its weights, which have a scale of their own; and s[i] = largest range / range[i] leaves all
// channels the full range of codes.
//
// Clip (ReLU6): the paper replaces it by Relu. Here it stays, and the function exact on the
// samples: a channel that reaches the upper bound keeps s = 1, another grows up to that bound at
// most. What a sample beyond the calibrated range loses by that, saturating codes would take as
// well.
//
// Only pairs are scaled whose values between them nobody else reads. Ranges observed before are of
// no use for the graph after. Error: the graph cannot be planned, or what `source` says.
Status Equalize(Graph& graph, const BatchSource& source, const CalibrationOptions& options);

}  // namespace assay::quantize
