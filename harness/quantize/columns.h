// A weighted operator seen as matrix products: every output channel is a row of weights, and every
// output position the column of inputs it is multiplied with.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/graph/graph.h"
#include "harness/quantize/topology.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::quantize {

struct ProductShape {
  int64_t groups = 1;    // Of a convolution; each has rows and columns of its own.
  int64_t channels = 1;  // Of the output, all groups together: the rows.
  int64_t k = 1;         // Weights of one row.

  int64_t channels_per_group() const { return channels / groups; }
};

ProductShape ProductOf(const Graph& graph, const Anchor& anchor);

// The weights as rows [channels][k], whatever their order in the model; and back into that order.
std::vector<float> RowsOf(const Tensor& weights, int channel_axis);
template <typename T>
Tensor FromRows(const std::vector<T>& rows, const Shape& shape, int channel_axis) {
  Tensor tensor(DTypeOf<T>::value, shape);
  const auto to = tensor.as<T>();
  const int64_t channels = shape[channel_axis], k = shape.elements() / channels;
  for (int64_t i = 0; i < shape.elements(); ++i) {
    // Channels come first, or last in a matrix that is not transposed.
    const int64_t from = channel_axis == 0 ? i : (i % channels) * k + i / channels;
    to[static_cast<size_t>(i)] = rows[static_cast<size_t>(from)];
  }
  return tensor;
}

// Columns [positions][groups][k] of the operator's input [n, ...]. Of a convolution's many
// positions at most `per_sample` of each sample are taken, evenly spread, others for other samples;
// the same ones for the same `first` (number of the first sample). Error: the node does not fit its
// input.
Result<std::vector<float>> ColumnsOf(const Graph& graph, const Anchor& anchor,
                                     const TensorView& input, int64_t first, int64_t per_sample);

}  // namespace assay::quantize
