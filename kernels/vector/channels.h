// Channels: a run of channels, one to a lane. Include only in variants.
#pragma once

#include <cstdint>

namespace assay {
namespace {

// All lanes of V (f32_*.h, or of the same interface), or the first `channels`, where kTail says
// that there may be fewer.
template <typename V, bool kTail>
struct Channels {
  typename V::Lanes lanes;

  [[gnu::always_inline]] explicit Channels(int64_t channels)
      : lanes(V::First(kTail ? channels : V::kLanes)) {}
  template <typename T>
  [[gnu::always_inline]] auto Load(const T* p) const {
    if constexpr (kTail) return V::Load(p, lanes);
    if constexpr (!kTail) return V::Load(p);
  }
  template <typename Reg>
  [[gnu::always_inline]] void Store(float* p, Reg x) const {
    if constexpr (kTail) return V::Store(p, x, lanes);
    V::Store(p, x);
  }
};

}  // namespace
}  // namespace assay
