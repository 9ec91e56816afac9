// Masks of the first `count` lanes; count may be negative or past the end.
#pragma once

#include <cstdint>

namespace assay::gemm {
namespace {

[[gnu::always_inline]] inline uint16_t Mask16(int64_t count) {
  if (count >= 16) return 0xffff;
  return count <= 0 ? 0 : static_cast<uint16_t>((1u << count) - 1);
}

[[gnu::always_inline]] inline uint64_t Mask64(int64_t count) {
  if (count >= 64) return ~uint64_t{0};
  return count <= 0 ? 0 : (uint64_t{1} << count) - 1;
}

}  // namespace
}  // namespace assay::gemm
