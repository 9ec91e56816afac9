// Memory loops in words of 8 bytes.
#include <cstring>

#include "kernels/stream/loops.h"

namespace assay::stream {
namespace {

struct Word {
  using Int = uint64_t;
  static constexpr int64_t kBytes = 8;
  struct All {};

  static Int LoadBytes(const uint8_t* p, All) {
    Int x;
    std::memcpy(&x, p, sizeof x);
    return x;
  }
  static void StoreBytes(uint8_t* p, Int x, All) { std::memcpy(p, &x, sizeof x); }
  static Int And(Int a, Int b) { return a & b; }
  static void Keep(Int x) { __asm__ volatile("" : : "r"(x)); }
};

}  // namespace

extern const Variant stream_scalar = {"stream_scalar", Isa::kScalar, Word::kBytes, kLoops<Word>};

}  // namespace assay::stream
