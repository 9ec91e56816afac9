// The sum of a row of codes.
#pragma once

#include <emmintrin.h>

#include <cstdint>

namespace assay::gemm {

// Wraps like int32.
inline int32_t RowSum(const uint8_t* row, int64_t k) {
  __m128i sums = _mm_setzero_si128();
  int64_t p = 0;
  for (; p + 16 <= k; p += 16) {
    const __m128i codes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + p));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(codes, _mm_setzero_si128()));
  }
  sums = _mm_add_epi64(sums, _mm_unpackhi_epi64(sums, sums));
  auto sum = static_cast<uint32_t>(_mm_cvtsi128_si32(sums));
  for (; p < k; ++p) sum += row[p];
  return static_cast<int32_t>(sum);
}

}  // namespace assay::gemm
