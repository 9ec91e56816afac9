#include "kernels/gemm/packing.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace assay::gemm {
namespace {

int64_t ElementBytes(RhsFormat format) {
  switch (format) {
    case RhsFormat::kF32:
    case RhsFormat::kF32x16:
      return 4;
    case RhsFormat::kS8x4:
      return 1;
    case RhsFormat::kS16x2:
    case RhsFormat::kS16x4:
    case RhsFormat::kSignMagnitude8x4:
      return 2;
  }
  return 0;
}

// A panel of columns, position by position: reads follow the owner's order, writes stay in the
// second level.
struct Packer {
  const RhsView& view;
  const Variant& variant;
  ComputeType type;
  int64_t steps;      // Of a tap.
  int64_t tap_bytes;  // Packed.

  // Calls place(column's elements with zeros up to whole steps, tap's beginning, position) for
  // every tap of every column of the panel; columns beyond the last are zeros.
  template <typename T, typename Place>
  void ForEachTap(int64_t group, int64_t first_column, uint8_t* out, Place place) const {
    std::vector<T> elements(static_cast<size_t>(steps * StepOfK(variant.rhs)));
    for (int64_t position = 0; position < variant.nr; ++position) {
      const int64_t column = first_column + ColumnAt(variant, type, position);
      if (column >= view.n) std::fill(elements.begin(), elements.end(), T{});
      for (int64_t tap = 0; tap < view.taps; ++tap) {
        if (column < view.n) view.Read(group, tap, column, elements.data());
        place(elements.data(), out + tap * tap_bytes, position);
      }
    }
  }

  // Steps of kStep elements side by side.
  template <typename T, int kStep>
  void PackSteps(int64_t group, int64_t first_column, uint8_t* out) const {
    ForEachTap<T>(group, first_column, out, [&](const T* from, uint8_t* tap, int64_t position) {
      T* to = reinterpret_cast<T*>(tap) + position * kStep;
      for (int64_t s = 0; s < steps; ++s, from += kStep, to += variant.nr * kStep) {
        std::memcpy(to, from, kStep * sizeof(T));
      }
    });
  }

  void PackS16(int64_t group, int64_t first_column, uint8_t* out) const {
    const int64_t part = variant.nr * 2;
    ForEachTap<int8_t>(group, first_column, out,
                       [&](const int8_t* from, uint8_t* tap, int64_t position) {
                         auto* to = reinterpret_cast<int16_t*>(tap) + position * 2;
                         for (int64_t s = 0; s < steps; ++s, from += 4, to += 2 * part) {
                           to[0] = from[0];
                           to[1] = from[2];
                           to[part] = from[1];
                           to[part + 1] = from[3];
                         }
                       });
  }

  void PackSignMagnitude(int64_t group, int64_t first_column, uint8_t* out) const {
    ForEachTap<int8_t>(
        group, first_column, out, [&](const int8_t* from, uint8_t* tap, int64_t position) {
          uint32_t constant = 0;  // Unsigned, since it may wrap.
          uint8_t* to = tap + position / 8 * 64 + position % 8 * 4;
          for (int64_t s = 0; s < steps; ++s, to += variant.nr * 8) {
            for (int64_t j = 0; j < 4; ++j) {
              const int32_t w = *from++;
              to[j] = static_cast<uint8_t>(w < 0 ? -w : w);
              to[32 + j] = w < 0 ? 0x7f : 0x80;
              constant += static_cast<uint32_t>(w < 0 ? 127 * w : 128 * w);
            }
          }
          auto* constants = reinterpret_cast<uint32_t*>(tap + steps * variant.nr * 8);
          constants[position] = constant;
        });
  }

  void Pack(int64_t group, int64_t first_column, uint8_t* out) const {
    switch (variant.rhs) {
      case RhsFormat::kF32:
        return PackSteps<float, 1>(group, first_column, out);
      case RhsFormat::kF32x16:
        return PackSteps<float, 16>(group, first_column, out);
      case RhsFormat::kS8x4:
        return PackSteps<int8_t, 4>(group, first_column, out);
      case RhsFormat::kS16x2:
        return PackSteps<int16_t, 2>(group, first_column, out);
      case RhsFormat::kS16x4:
        return PackS16(group, first_column, out);
      case RhsFormat::kSignMagnitude8x4:
        return PackSignMagnitude(group, first_column, out);
    }
  }
};

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

int64_t TapBytes(const Variant& variant, int64_t k) {
  const bool has_constants = variant.rhs == RhsFormat::kSignMagnitude8x4;
  return PackedK(variant, k) * variant.nr * ElementBytes(variant.rhs) +
         (has_constants ? 4 * variant.nr : 0);
}

PackedRhs::PackedRhs(const RhsView& view, const Variant& variant, ComputeType type)
    : taps_(view.taps),
      panels_((view.n + variant.nr - 1) / variant.nr),
      tap_bytes_(TapBytes(variant, view.k())),
      data_(static_cast<size_t>(view.groups * panels_ * taps_ * tap_bytes_)) {
  const Packer packer{view, variant, type, PackedK(variant, view.k()) / StepOfK(variant.rhs),
                      tap_bytes_};
  uint8_t* out = data_.data();
  for (int64_t group = 0; group < view.groups; ++group) {
    for (int64_t panel = 0; panel < panels_; ++panel, out += panel_bytes()) {
      packer.Pack(group, panel * variant.nr, out);
    }
  }
}

}  // namespace assay::gemm
