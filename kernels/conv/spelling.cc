#include "kernels/conv/spelling.h"

namespace assay::conv {

std::string Spelling(const ConvSpec& s, ComputeType type) {
  const bool even = s.stride_h == s.stride_w && s.pad_top == s.pad_left &&
                    s.pad_top == s.pad_bottom && s.pad_top == s.pad_right;
  if (!even || s.dilation_h != 1 || s.dilation_w != 1) return "";
  const auto text = [](int64_t value) { return std::to_string(value); };
  return "conv:" + std::string(Name(type)) + ":" + text(s.n) + "x" + text(s.h) + "x" + text(s.w) +
         "x" + text(s.c) + ":" + text(s.oc) + "x" + text(s.kh) + "x" + text(s.kw) + ":s" +
         text(s.stride_h) + ":p" + text(s.pad_top) + ":g" + text(s.groups);
}

}  // namespace assay::conv
