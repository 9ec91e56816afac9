// What both kinds of Winograd are tested on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/conv/spec.h"

namespace assay::winograd {

inline ConvSpec Spec(int64_t h, int64_t w, int64_t c, int64_t oc, int64_t padding = 1) {
  return {.h = h,
          .w = w,
          .c = c,
          .oc = oc,
          .kh = 3,
          .kw = 3,
          .pad_top = padding,
          .pad_left = padding,
          .pad_bottom = padding,
          .pad_right = padding};
}

inline std::string Text(const ConvSpec& s) {
  std::string text;
  for (int64_t v : {s.n, s.h, s.w, s.c, s.oc, s.pad_top, s.pad_left, s.pad_bottom, s.pad_right}) {
    text += std::to_string(v) + " ";
  }
  return text;
}

inline size_t Extent(int64_t pixels, int64_t stride, int64_t channels) {
  return static_cast<size_t>((pixels - 1) * stride + channels);
}

// Padding of any width, also on single sides.
inline std::vector<ConvSpec> PaddedSpecs() {
  std::vector<ConvSpec> specs;
  for (int64_t padding : {0, 1, 2, 5}) specs.push_back(Spec(7, 6, 17, 9, padding));
  for (int64_t mask = 0; mask < 16; ++mask) {
    ConvSpec uneven = Spec(6, 9, 4, 18, 0);
    uneven.pad_top = mask & 1 ? 2 : 0;
    uneven.pad_left = mask & 2 ? 3 : 0;
    uneven.pad_bottom = mask & 4 ? 1 : 0;
    uneven.pad_right = mask & 8 ? 4 : 0;
    specs.push_back(uneven);
  }
  return specs;
}

}  // namespace assay::winograd
