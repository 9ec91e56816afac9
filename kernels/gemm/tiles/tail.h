// The last k % 4 bytes of rows, for the integer variants, which take four at a time.
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

// Copies bytes [begin, k) of each row, with zeros behind them, to four bytes of its own. Not
// inlined: it is off the hot path, and its branches would multiply in unrolled code.
[[gnu::noinline]] inline void CopyTails(const uint8_t* const* rows, int64_t m, int64_t begin,
                                        int64_t k, uint32_t* words) {
  const int bits = static_cast<int>(8 * (k - begin));
  if (k >= 4) {  // The row's last four bytes, the tail on top.
    for (int64_t i = 0; i < m; ++i) {
      words[i] = static_cast<uint32_t>(LoadWord(rows[i] + k - 4)) >> (32 - bits);
    }
    return;
  }
  for (int64_t i = 0; i < m; ++i) {
    words[i] = rows[i][0];
    if (k > 1) words[i] |= static_cast<uint32_t>(rows[i][1]) << 8;
    if (k > 2) words[i] |= static_cast<uint32_t>(rows[i][2]) << 16;
  }
}

template <int M>
struct Tails {
  [[gnu::always_inline]] Tails(const uint8_t* const* source, int64_t begin, int64_t k) {
    CopyTails(source, M, begin, k, words);
    for (int i = 0; i < M; ++i) rows[i] = reinterpret_cast<const uint8_t*>(words + i);
  }
  uint32_t words[M];
  const uint8_t* rows[M];
};

}  // namespace
}  // namespace assay::gemm
