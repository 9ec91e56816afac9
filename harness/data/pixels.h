// What datasets and transforms share about images: their element type and the order of their axes.
#pragma once

#include "harness/data/dataset.h"
#include "kernels/base/tensor.h"

namespace assay::data {

// The same image with its axes in the order `to`; u8 or float32, rank 3.
Tensor WithLayout(Tensor image, Layout from, Layout to);

// The same values as float32; u8 or float32.
Tensor AsFloat(Tensor image);

// value = f(value, channel) for each element of a float32 sample.
template <typename F>
void ForEachPixel(Sample& sample, F f) {
  const auto channels = static_cast<size_t>(sample.channels());
  // Elements of one channel that lie side by side.
  const int64_t run = sample.layout == Layout::kHwc ? 1 : sample.height() * sample.width();
  const std::span<float> values = sample.image.as<float>();
  for (auto value = values.begin(); value != values.end();) {
    for (size_t channel = 0; channel < channels; ++channel) {
      for (int64_t i = 0; i < run; ++i, ++value) *value = f(*value, channel);
    }
  }
}

}  // namespace assay::data
