#include "harness/quantize/columns.h"

#include <algorithm>
#include <cmath>

#include "harness/engine/window.h"

namespace assay::quantize {
namespace {

const Node& NodeOf(const Graph& graph, const Anchor& anchor) {
  return graph.nodes[static_cast<size_t>(anchor.node)];
}

// The i-th of `count` places among `outputs`: evenly spread, moved on by the golden ratio from
// sample to sample, so that all places are visited alike.
int64_t Place(int64_t sample, int64_t i, int64_t count, int64_t outputs) {
  if (count == outputs) return i;
  constexpr double kGolden = 0.6180339887498949;
  const double at =
      static_cast<double>(sample) * kGolden + static_cast<double>(i) / static_cast<double>(count);
  return std::min(outputs - 1,
                  static_cast<int64_t>((at - std::floor(at)) * static_cast<double>(outputs)));
}

// Appends the window around output place `place`: for every channel the kernel's taps, 0 in the
// padding.
void AppendWindow(const std::vector<engine::WindowAxis>& axes, std::span<const float> image,
                  int64_t channels, int64_t place, std::vector<float>& columns) {
  int64_t taps = 1, size = 1;
  for (const auto& axis : axes) {
    taps *= axis.kernel;
    size *= axis.image;
  }
  for (int64_t channel = 0; channel < channels; ++channel) {
    for (int64_t tap = 0; tap < taps; ++tap) {
      int64_t offset = 0, stride = 1, rest_place = place, rest_tap = tap;
      bool inside = true;
      for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        const int64_t at = (rest_place % axis->outputs) * axis->stride - axis->pad_begin +
                           (rest_tap % axis->kernel) * axis->dilation;
        inside = inside && at >= 0 && at < axis->image;
        offset += at * stride;
        stride *= axis->image;
        rest_place /= axis->outputs;
        rest_tap /= axis->kernel;
      }
      columns.push_back(inside ? image[static_cast<size_t>(channel * size + offset)] : 0.0f);
    }
  }
}

}  // namespace

ProductShape ProductOf(const Graph& graph, const Anchor& anchor) {
  const Shape& shape = graph.Initializer(anchor.weights)->shape();
  ProductShape product;
  product.channels = shape[anchor.channel_axis];
  product.k = shape.elements() / product.channels;
  const Node& node = NodeOf(graph, anchor);
  if (node.op_type == "Conv") product.groups = node.Int("group", 1);
  return product;
}

std::vector<float> RowsOf(const Tensor& weights, int channel_axis) {
  const auto from = weights.as<float>();
  const int64_t channels = weights.shape()[channel_axis], k = weights.elements() / channels;
  std::vector<float> rows(from.size());
  for (int64_t i = 0; i < weights.elements(); ++i) {
    const int64_t to = channel_axis == 0 ? i : (i % channels) * k + i / channels;
    rows[static_cast<size_t>(to)] = from[static_cast<size_t>(i)];
  }
  return rows;
}

Result<std::vector<float>> ColumnsOf(const Graph& graph, const Anchor& anchor,
                                     const TensorView& input, int64_t first, int64_t per_sample) {
  const Node& node = NodeOf(graph, anchor);
  const auto values = input.as<const float>();
  if (node.op_type != "Conv") return std::vector<float>(values.begin(), values.end());
  const std::vector<int64_t> dims = graph.Initializer(anchor.weights)->shape().dims();
  ASSAY_ASSIGN_OR_RETURN(const auto axes,
                         engine::WindowAxesOf(node, input.shape, {dims.begin() + 2, dims.end()}));
  int64_t outputs = 1;
  for (const auto& axis : axes) outputs *= axis.outputs;
  const int64_t count = std::min(outputs, per_sample);
  const int64_t samples = input.shape[0], channels = input.shape[1];
  std::vector<float> columns;
  columns.reserve(static_cast<size_t>(samples * count * ProductOf(graph, anchor).groups *
                                      ProductOf(graph, anchor).k));
  for (int64_t sample = 0; sample < samples; ++sample) {
    const size_t size = values.size() / static_cast<size_t>(samples);
    const auto image = values.subspan(static_cast<size_t>(sample) * size, size);
    for (int64_t i = 0; i < count; ++i) {
      AppendWindow(axes, image, channels, Place(first + sample, i, count, outputs), columns);
    }
  }
  return columns;
}

}  // namespace assay::quantize
