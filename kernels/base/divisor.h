// Divisor: division by a number that is known at plan time, in a multiplication and a shift. Every
// tile of a convolution divides to find its pixels.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/base/check.h"

namespace assay {

class Divisor {
 public:
  // d >= 1.
  explicit Divisor(int64_t d = 1) : d_(d) {
    ASSAY_CHECK(d >= 1);
    if (d > kSmall) return;
    // Granlund and Montgomery, "Division by invariant integers using multiplication" (1994),
    // theorem 4.2, for dividends of 31 bits: 2^(31 + l) / d, rounded up, with l = ceil(log2 d).
    shift_ = 31 + std::bit_width(static_cast<uint64_t>(d - 1));
    multiplier_ = (uint64_t{1} << shift_) / static_cast<uint64_t>(d) + 1;
  }

  int64_t value() const { return d_; }
  // floor(n / d) for n >= 0.
  int64_t Quotient(int64_t n) const {
    if (n > kSmall || d_ > kSmall) return n / d_;
    return static_cast<int64_t>(static_cast<uint64_t>(n) * multiplier_ >> shift_);
  }

 private:
  static constexpr int64_t kSmall = INT32_MAX;

  int64_t d_;
  uint64_t multiplier_ = 0;
  int shift_ = 0;
};

}  // namespace assay
