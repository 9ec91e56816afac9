// Instruction-set tiers: what this CPU has, and the ceiling that ASSAY_ISA puts on it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"

namespace assay {

// A tier names the instructions a variant file may use. kAvx2 includes FMA; kAvxVnni is the VEX
// encoding on top of AVX2; kAvx512 is F, BW, DQ and VL without any VNNI; kAvx512Vbmi adds permutes
// of bytes to it, and nothing else.
enum class Isa : uint8_t { kScalar, kAvx2, kAvxVnni, kAvx512, kAvx512Vbmi, kAvx512Vnni };

inline constexpr Isa kAllIsas[] = {Isa::kScalar, Isa::kAvx2,       Isa::kAvxVnni,
                                   Isa::kAvx512, Isa::kAvx512Vbmi, Isa::kAvx512Vnni};

// "scalar", "avx2", "avxvnni", "avx512", "avx512vbmi", "avx512vnni": the spelling of ASSAY_ISA and
// of file names.
std::string_view Name(Isa isa);

class IsaSet {
 public:
  constexpr IsaSet() = default;
  constexpr IsaSet(std::initializer_list<Isa> isas) {
    for (Isa isa : isas) bits_ |= Bit(isa);
  }
  constexpr bool has(Isa isa) const { return (bits_ & Bit(isa)) != 0; }
  constexpr void add(Isa isa) { bits_ |= Bit(isa); }
  constexpr IsaSet operator&(IsaSet other) const {
    IsaSet both;
    both.bits_ = bits_ & other.bits_;
    return both;
  }
  constexpr bool operator==(const IsaSet&) const = default;
  // "scalar avx2 avx512".
  std::string ToString() const;

 private:
  static constexpr uint8_t Bit(Isa isa) {
    return static_cast<uint8_t>(1u << static_cast<int>(isa));
  }
  uint8_t bits_ = 0;
};

// What the CPU and the operating system support. Detected once.
IsaSet DetectedIsas();

// Whether 512-bit arithmetic goes through 256-bit units, in two halves: no faster than AVX2, and a
// narrower vector wastes less (Zen 4; AMD, "Software Optimization Guide for the AMD Zen4
// Microarchitecture", 2.11).
bool HalvesAvx512();

// The set a cap allows: caps are sets, not a ladder ("avx512" holds no VNNI of either encoding).
// An unknown name is an error that lists the known ones.
Result<IsaSet> IsaCap(std::string_view name);

// DetectedIsas() within the cap of the environment variable ASSAY_ISA, read once. A value that is
// not a tier ends the process with exit code 2 and a sentence: running uncapped would be a lie.
IsaSet UsableIsas();

}  // namespace assay
