// Register-only loops: nothing but the multiply-add instructions a kernel of that instruction set
// and type is built on, in independent chains that hide their latency. What they reach is the peak
// that kernels are compared to.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/cpu/isa.h"

namespace assay::peak {

struct Variant {
  const char* name;
  Isa isa;
  bool int8;                        // u8 x s8 -> s32, exact; otherwise f32.
  double ops_per_iteration;         // A multiply-add counts as two.
  void (*run)(int64_t iterations);  // iterations > 0
};

// The files of kernels/peak/variants, by name.
std::span<const Variant* const> AllVariants();

}  // namespace assay::peak
