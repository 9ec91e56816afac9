// UniformIndex: an unbiased integer in [0, n) from std::mt19937_64, whose output the standard
// fixes; std::uniform_int_distribution's mapping it does not fix, so results would differ by
// library.
#pragma once

#include <cstdint>
#include <random>

namespace assay {

// Multiply and shift with rejection (Lemire 2019, "Fast random integer generation in an interval").
// n > 0.
inline uint32_t UniformIndex(std::mt19937_64& generator, uint32_t n) {
  const uint32_t threshold = (0u - n) % n;
  while (true) {
    const uint64_t product = (generator() >> 32) * n;
    if (static_cast<uint32_t>(product) >= threshold) return static_cast<uint32_t>(product >> 32);
  }
}

}  // namespace assay
