#include "harness/engine/copy.h"

#include <cstring>

#include "harness/engine/loop_nest.h"
#include "kernels/layout/layout.h"

namespace assay::engine {
namespace {

template <typename T>
void CopyRun(int64_t count, const T* src, int64_t src_step, T* dst, int64_t dst_step) {
  if (src_step == 1 && dst_step == 1) {
    std::memcpy(dst, src, static_cast<size_t>(count) * sizeof(T));
    return;
  }
  for (int64_t i = 0; i < count; ++i) dst[i * dst_step] = src[i * src_step];
}

template <typename T>
StepBody StridedBody(const Operand& src, const Operand& dst) {
  const LoopNest<2> nest(dst.shape, {dst.strides, src.strides});
  return [=](const Frame& frame) -> Status {
    T* to = frame.At<T>(dst);
    const T* from = frame.At<const T>(src);
    const auto [dst_step, src_step] = nest.steps();
    nest.Run(*frame.pool, [&, dst_step = dst_step, src_step = src_step](const auto& at) {
      CopyRun(nest.inner(), from + at[1], src_step, to + at[0], dst_step);
    });
    return {};
  };
}

using LayoutChange = void (*)(int bytes, int64_t n, int64_t c, int64_t hw, const void* src,
                              void* dst, ThreadPool& pool, IsaSet usable);

StepBody LayoutBody(LayoutChange change, const Operand& src, const Operand& dst, IsaSet usable) {
  const auto bytes = static_cast<int>(SizeOf(dst.dtype));
  const int64_t n = dst.shape[0], c = dst.shape[1], hw = dst.shape[2] * dst.shape[3];
  return [=](const Frame& frame) -> Status {
    change(bytes, n, c, hw, frame.Raw(src), frame.Raw(dst), *frame.pool, usable);
    return {};
  };
}

}  // namespace

StepBody CopyBody(const Operand& src, const Operand& dst, IsaSet usable) {
  const size_t bytes = SizeOf(dst.dtype);
  const bool dense_image = dst.shape.rank() == 4 && dst.elements() > 0;
  if (dense_image && bytes != 8) {
    const int64_t c = dst.shape[1];
    if (src.IsDense() && dst.PixelStride() == c) {
      return LayoutBody(layout::NchwToNhwc, src, dst, usable);
    }
    if (src.PixelStride() == c && dst.IsDense()) {
      return LayoutBody(layout::NhwcToNchw, src, dst, usable);
    }
  }
  if (bytes == 1) return StridedBody<uint8_t>(src, dst);
  if (bytes == 4) return StridedBody<uint32_t>(src, dst);
  return StridedBody<uint64_t>(src, dst);
}

}  // namespace assay::engine
