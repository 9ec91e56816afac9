// PlainConvolution: a convolution over any number of spatial axes, as loops. For what no kernel of
// kernels/conv does.
#pragma once

#include "harness/engine/loop_nest.h"
#include "harness/engine/lowerer.h"
#include "harness/engine/taps.h"

namespace assay::engine {

// x: [n, c, pixels], w: [oc, c / groups, taps], dst: [n, oc, outputs], all dense.
struct PlainConvolution {
  Taps taps;
  int64_t n, c, oc, groups;

  int64_t macs() const { return n * oc * taps.outputs() * (c / groups) * taps.kernel(); }

  // store(image and channel, output, sum): sum over the window of product(x, w, channel of dst).
  template <typename Sum, typename X, typename W, typename Product, typename Store>
  void Run(const X* x, const W* w, ThreadPool& pool, const Product& product,
           const Store& store) const {
    const int64_t depth = c / groups, pixels = taps.pixels(), kernel = taps.kernel();
    pool.Run(n * oc, [&](int64_t task, int) {
      const int64_t channel = task % oc, group = channel / (oc / groups);
      const X* image = x + (task / oc * c + group * depth) * pixels;
      const W* weights = w + channel * depth * kernel;
      for (int64_t output = 0; output < taps.outputs(); ++output) {
        Sum sum = 0;
        taps.Visit(output, [&](int64_t tap, int64_t pixel) {
          for (int64_t k = 0; k < depth; ++k) {
            sum += product(image[k * pixels + pixel], weights[k * kernel + tap], channel);
          }
        });
        store(task, output, sum);
      }
    });
  }
};

}  // namespace assay::engine
