// Four bytes of a row, what the integer variants take at a time.
#pragma once

#include <cstdint>
#include <cstring>

namespace assay::gemm {
namespace {

[[gnu::always_inline]] inline int32_t LoadWord(const uint8_t* p) {
  int32_t word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}

}  // namespace
}  // namespace assay::gemm
