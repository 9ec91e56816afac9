// Clipping: ranges that give up rare values for finer steps, chosen by what quantization would do
// to a histogram.
#pragma once

#include "harness/quantize/histogram.h"
#include "harness/quantize/ranges.h"

namespace assay::quantize {

// The mean squared error of the elements of a histogram, were they quantized by the parameters of
// `range` (ParamsOf); elements stand at the middle of their bins.
double MeanSquaredError(const Histogram& histogram, Range range);

// The range of least mean squared error: one end after the other is moved in, in steps of 1/128,
// until neither gains ("MSE" in Nagel et al., "A White Paper on Neural Network Quantization",
// arXiv:2106.08295, section 3.1).
Range LeastErrorRange(const Histogram& histogram);

// Without the share (1 - `kept`) / 2 of the elements at each end; never without 0.
Range PercentileRange(const Histogram& histogram, double kept);

// The reach T whose clipped and quantized distribution has the least Kullback-Leibler divergence
// from the one observed, of 128 reaches; the range is that observed within [-T, T]. After Migacz,
// "8-bit Inference with TensorRT" (GTC 2017), with the 256 levels that u8 has.
Range LeastDivergenceRange(const Histogram& histogram);

}  // namespace assay::quantize
