#include "kernels/gemm/packing.h"

namespace assay::gemm {
namespace {

int64_t ElementBytes(RhsFormat format) {
  switch (format) {
    case RhsFormat::kF32:
    case RhsFormat::kF32x16:
      return 4;
    case RhsFormat::kS8x4:
      return 1;
    case RhsFormat::kS16x4:
    case RhsFormat::kSignMagnitude8x4:
      return 2;
  }
  return 0;
}

// Where element k of the column at `position` stands in a tap, in elements.
int64_t Place(const Variant& variant, int64_t k, int64_t position) {
  const int64_t step = StepOfK(variant.rhs);
  switch (variant.rhs) {
    case RhsFormat::kF32:
    case RhsFormat::kF32x16:
    case RhsFormat::kS8x4:
      return (k / step * variant.nr + position) * step + k % step;
    case RhsFormat::kS16x4:
      return ((k / step * 2 + k % 2) * variant.nr + position) * 2 + k % step / 2;
    case RhsFormat::kSignMagnitude8x4:  // Of the magnitude.
      return k / step * variant.nr * 8 + position / 8 * 64 + position % 8 * step + k % step;
  }
  return 0;
}

template <typename From, typename To>
void PackTap(const RhsView& view, const Variant& variant, ComputeType type, int64_t group,
             int64_t first_column, int64_t tap, To* out) {
  const From* data = static_cast<const From*>(view.data);
  for (int64_t position = 0; position < variant.nr; ++position) {
    const int64_t column = first_column + ColumnAt(variant, type, position);
    if (column >= view.n) continue;
    for (int64_t k = 0; k < view.k(); ++k) {
      out[Place(variant, k, position)] = data[view.Index(group, tap, k, column)];
    }
  }
}

void PackSignMagnitudeTap(const RhsView& view, const Variant& variant, ComputeType type,
                          int64_t group, int64_t first_column, int64_t tap, uint8_t* out) {
  const int8_t* data = static_cast<const int8_t*>(view.data);
  auto* constants =
      reinterpret_cast<int32_t*>(out + PackedK(variant, view.k()) * variant.nr * 2);
  for (int64_t position = 0; position < variant.nr; ++position) {
    const int64_t column = first_column + ColumnAt(variant, type, position);
    if (column >= view.n) continue;
    uint32_t constant = 0;  // Unsigned, since it may wrap.
    for (int64_t k = 0; k < view.k(); ++k) {
      const int32_t w = data[view.Index(group, tap, k, column)];
      uint8_t* magnitude = out + Place(variant, k, position);
      magnitude[0] = static_cast<uint8_t>(w < 0 ? -w : w);
      magnitude[32] = w < 0 ? 0x7f : 0x80;
      constant += static_cast<uint32_t>(w < 0 ? 127 * w : 128 * w);
    }
    constants[position] = static_cast<int32_t>(constant);
  }
}

}  // namespace

int64_t ColumnAt(const Variant& variant, ComputeType type, int64_t position) {
  if (type != ComputeType::kU8S8U8) return position;
  const int64_t vector = 4 * variant.u8_lanes;
  const int64_t vectors = variant.nr / vector;
  const int64_t v = position / vector, lane = position % vector / 4, j = position % 4;
  return 4 * vectors * lane + 4 * v + j;
}

int64_t PackedK(const Variant& variant, int64_t k) {
  const int64_t step = StepOfK(variant.rhs);
  return (k + step - 1) / step * step;
}

PackedRhs::PackedRhs(const RhsView& view, const Variant& variant, ComputeType type)
    : taps_(view.taps),
      panels_((view.n + variant.nr - 1) / variant.nr),
      tap_bytes_(PackedK(variant, view.k()) * variant.nr * ElementBytes(variant.rhs) +
                 (variant.rhs == RhsFormat::kSignMagnitude8x4 ? 4 * variant.nr : 0)),
      data_(Buffer::Zeroed(static_cast<size_t>(view.groups * panels_ * taps_ * tap_bytes_))) {
  uint8_t* out = data_.data();
  for (int64_t group = 0; group < view.groups; ++group) {
    for (int64_t panel = 0; panel < panels_; ++panel) {
      for (int64_t tap = 0; tap < taps_; ++tap, out += tap_bytes_) {
        const int64_t first = panel * variant.nr;
        if (type == ComputeType::kF32) {
          PackTap<float>(view, variant, type, group, first, tap, reinterpret_cast<float*>(out));
        } else if (variant.rhs == RhsFormat::kSignMagnitude8x4) {
          PackSignMagnitudeTap(view, variant, type, group, first, tap, out);
        } else if (variant.rhs == RhsFormat::kS8x4) {
          PackTap<int8_t>(view, variant, type, group, first, tap, reinterpret_cast<int8_t*>(out));
        } else {
          PackTap<int8_t>(view, variant, type, group, first, tap, reinterpret_cast<int16_t*>(out));
        }
      }
    }
  }
}

}  // namespace assay::gemm
