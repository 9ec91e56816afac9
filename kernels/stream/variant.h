// Loops that only read and write memory, in a given mix: what they reach in a working set is the
// bandwidth that kernels bound by memory are compared to. Plain stores, as the kernels': a line is
// fetched before it is written, which the figure of bytes does not count.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/cpu/isa.h"

namespace assay::stream {

// In one step `reads` vectors are read, from one run of memory, and `writes` are written, to one
// other; each written vector is the conjunction of those read. Memory is touched in order.
struct Loop {
  int reads, writes;
  void (*run)(const uint8_t* src, uint8_t* dst, int64_t steps);
};

struct Variant {
  const char* name;
  Isa isa;
  int64_t vector_bytes;
  std::span<const Loop> loops;  // 1:0, 1:1, 2:1, 4:1 and 1:4.
};

// The files of kernels/stream/variants, by name.
std::span<const Variant* const> AllVariants();

// The widest one within `usable`.
const Variant& Pick(IsaSet usable);

}  // namespace assay::stream
