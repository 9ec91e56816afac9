#include "kernels/conv/geometry.h"

#include <string>

#include "kernels/base/shape.h"

namespace assay::conv {
namespace {

constexpr int64_t kMaxExtent = int64_t{1} << 31;

struct Extent {
  const char* name;
  int64_t value, min;
};

Status CheckRanges(const ConvSpec& s) {
  for (const Extent& e :
       {Extent{"n", s.n, 1}, Extent{"h", s.h, 1}, Extent{"w", s.w, 1}, Extent{"c", s.c, 1},
        Extent{"oc", s.oc, 1}, Extent{"kh", s.kh, 1}, Extent{"kw", s.kw, 1},
        Extent{"stride_h", s.stride_h, 1}, Extent{"stride_w", s.stride_w, 1},
        Extent{"dilation_h", s.dilation_h, 1}, Extent{"dilation_w", s.dilation_w, 1},
        Extent{"pad_top", s.pad_top, 0}, Extent{"pad_left", s.pad_left, 0},
        Extent{"pad_bottom", s.pad_bottom, 0}, Extent{"pad_right", s.pad_right, 0},
        Extent{"groups", s.groups, 1}, Extent{"src_pixel", s.src_pixel(), s.c},
        Extent{"dst_pixel", s.dst_pixel(), s.oc},
        Extent{"residual_pixel", s.residual_pixel(), s.oc}}) {
    if (e.value < e.min || e.value > kMaxExtent) {
      return Error("convolution: " + std::string(e.name) + " is " + std::to_string(e.value) +
                   ", must be at least " + std::to_string(e.min) + " and at most 2^31");
    }
  }
  return {};
}

}  // namespace

Status CheckGeometry(const ConvSpec& s) {
  ASSAY_RETURN_IF_ERROR(CheckRanges(s));
  if (s.c % s.groups != 0 || s.oc % s.groups != 0) {
    return Error("convolution: " + std::to_string(s.groups) + " groups do not divide " +
                 std::to_string(s.c) + " input and " + std::to_string(s.oc) + " output channels");
  }
  for (const auto& extents :
       {Shape{s.oc, s.c / s.groups, s.kh, s.kw}, Shape{s.n, s.h, s.w, s.src_pixel()}}) {
    ASSAY_RETURN_IF_ERROR(Shape::Make(extents.dims()).status());
  }
  if (s.h + s.pad_top + s.pad_bottom <= s.dilation_h * (s.kh - 1) ||
      s.w + s.pad_left + s.pad_right <= s.dilation_w * (s.kw - 1)) {
    return Error("convolution: the kernel " + std::to_string(s.kh) + "x" + std::to_string(s.kw) +
                 " is larger than the padded image " + std::to_string(s.h) + "x" +
                 std::to_string(s.w));
  }
  for (int64_t pixel : {s.dst_pixel(), s.residual_pixel()}) {
    ASSAY_RETURN_IF_ERROR(Shape::Make({s.n, s.oh(), s.ow(), pixel}).status());
  }
  return {};
}

}  // namespace assay::conv
