// The loops of variant.h, for a vector type V (kernels/elementwise/vec_*.h). Include only in
// variants.
#pragma once

#include "kernels/stream/variant.h"

namespace assay::stream {
namespace {

template <typename V, int kReads, int kWrites>
[[gnu::always_inline]] inline typename V::Int Step(const uint8_t* src, uint8_t* dst) {
  auto x = V::LoadBytes(src, typename V::All());
#pragma GCC unroll 4
  for (int i = 1; i < kReads; ++i) {
    x = V::And(x, V::LoadBytes(src + i * V::kBytes, typename V::All()));
  }
#pragma GCC unroll 4
  for (int i = 0; i < kWrites; ++i) V::StoreBytes(dst + i * V::kBytes, x, typename V::All());
  return x;
}

// Four steps at a time, so that neither the loop nor a chain of dependent operations is the bound.
template <typename V, int kReads, int kWrites>
void Run(const uint8_t* src, uint8_t* dst, int64_t steps) {
  const auto step = [&](int64_t i) __attribute__((always_inline)) {
    return Step<V, kReads, kWrites>(src + i * kReads * V::kBytes, dst + i * kWrites * V::kBytes);
  };
  int64_t i = 0;
  for (; i + 4 <= steps; i += 4) {
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) V::Keep(step(i + k));
  }
  for (; i < steps; ++i) V::Keep(step(i));
}

template <typename V>
constexpr Loop kLoops[] = {{1, 0, Run<V, 1, 0>},
                           {1, 1, Run<V, 1, 1>},
                           {2, 1, Run<V, 2, 1>},
                           {4, 1, Run<V, 4, 1>},
                           {1, 4, Run<V, 1, 4>}};

}  // namespace
}  // namespace assay::stream
