// PackedRhs: the constant operand in the layout a variant wants. The kernel states the layout; the
// one routine here serves any.
#pragma once

#include <cstdint>

#include "kernels/base/buffer.h"
#include "kernels/base/compute.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {

// The constant operand where its owner has it: float for kF32, int16 for kS16S16S32, int8 otherwise. The k of a tap is
// k_outer x k_inner, so that a whole kernel row (kw pixels of c channels) can be one tap. Strides
// in elements.
struct RhsView {
  const void* data = nullptr;
  int64_t groups = 1, taps = 1, k_outer = 1, k_inner = 1;
  int64_t n = 1;  // Columns of one group.
  int64_t group_stride = 0, tap_stride = 0, k_outer_stride = 0, k_inner_stride = 0;
  int64_t column_stride = 1;

  int64_t k() const { return k_outer * k_inner; }
  // The elements of a tap of a column: k() of them.
  template <typename T>
  void Read(int64_t group, int64_t tap, int64_t column, T* out) const {
    const T* from = static_cast<const T*>(data) + group * group_stride + tap * tap_stride +
                    column * column_stride;
    for (int64_t outer = 0; outer < k_outer; ++outer, from += k_outer_stride) {
      for (int64_t inner = 0; inner < k_inner; ++inner) *out++ = from[inner * k_inner_stride];
    }
  }
};

// The column, within its panel, that stands at `position` of a panel of this variant.
int64_t ColumnAt(const Variant& variant, ComputeType type, int64_t position);

// k rounded up to whole steps of the variant.
int64_t PackedK(const Variant& variant, int64_t k);

// What a tap of k elements takes in a panel.
int64_t TapBytes(const Variant& variant, int64_t k);

class PackedRhs {
 public:
  PackedRhs() = default;
  PackedRhs(const RhsView& view, const Variant& variant, ComputeType type);

  int64_t panels() const { return panels_; }  // Of one group.
  int64_t tap_bytes() const { return tap_bytes_; }
  int64_t panel_bytes() const { return taps_ * tap_bytes_; }
  const uint8_t* panel(int64_t group, int64_t panel) const {
    return data_.data() + (group * panels_ + panel) * panel_bytes();
  }
  size_t bytes() const { return data_.size(); }

 private:
  int64_t taps_ = 0, panels_ = 0, tap_bytes_ = 0;
  Buffer data_;
};

// One value per column (bias, scale), in the order of the panels, filled up with zeros:
// [group][panel][nr].
template <typename T>
Buffer PackColumns(const T* values, int64_t groups, int64_t n, const Variant& variant,
                   ComputeType type) {
  const int64_t panels = (n + variant.nr - 1) / variant.nr;
  Buffer packed = Buffer::Zeroed(static_cast<size_t>(groups * panels * variant.nr) * sizeof(T));
  T* out = packed.as<T>();
  for (int64_t group = 0; group < groups; ++group) {
    for (int64_t panel = 0; panel < panels; ++panel) {
      for (int64_t position = 0; position < variant.nr; ++position, ++out) {
        const int64_t column = panel * variant.nr + ColumnAt(variant, type, position);
        if (column < n) *out = values[group * n + column];
      }
    }
  }
  return packed;
}

}  // namespace assay::gemm
