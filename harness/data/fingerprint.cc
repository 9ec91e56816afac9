#include "harness/data/fingerprint.h"

#include <fmt/format.h>

namespace assay::data {

void Fingerprint::Add(std::span<const uint8_t> bytes) {
  constexpr uint64_t kPrime = 0x100000001b3;
  for (uint8_t byte : bytes) state_ = (state_ ^ byte) * kPrime;
}

void Fingerprint::Add(std::string_view text) {
  Add(static_cast<int64_t>(text.size()));
  Add(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

void Fingerprint::Add(int64_t number) {
  for (int shift = 0; shift < 64; shift += 8) {
    const auto byte = static_cast<uint8_t>(static_cast<uint64_t>(number) >> shift);
    Add(std::span(&byte, 1));
  }
}

std::string Fingerprint::hex() const { return fmt::format("{:016x}", state_); }

}  // namespace assay::data
