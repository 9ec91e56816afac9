#include "kernels/cpu/isa.h"

#include <cpuid.h>

#include <cstdio>
#include <cstdlib>

namespace assay {
namespace {

struct Registers {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers Cpuid(uint32_t leaf, uint32_t subleaf) {
  Registers r;
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

bool Has(uint32_t word, int bit) { return (word >> bit & 1u) != 0; }

// Which register states the operating system saves (XCR0); 0 without OSXSAVE.
uint64_t EnabledStates(uint32_t leaf1_ecx) {
  if (!Has(leaf1_ecx, 27)) return 0;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

// Bits: Intel SDM volume 2, CPUID leaves 1 and 7.
IsaSet Detect() {
  IsaSet isas{Isa::kScalar};
  const Registers leaf1 = Cpuid(1, 0);
  const Registers leaf7 = Cpuid(7, 0);
  const Registers leaf7_1 = leaf7.eax >= 1 ? Cpuid(7, 1) : Registers{};
  const uint64_t states = EnabledStates(leaf1.ecx);
  const bool ymm = (states & 0x06) == 0x06;
  const bool zmm = (states & 0xe6) == 0xe6;
  const bool avx2 = ymm && Has(leaf1.ecx, 12) && Has(leaf1.ecx, 28) && Has(leaf7.ebx, 5);
  const bool avx512 = avx2 && zmm && Has(leaf7.ebx, 16) && Has(leaf7.ebx, 17) &&
                      Has(leaf7.ebx, 30) && Has(leaf7.ebx, 31);
  if (avx2) isas.add(Isa::kAvx2);
  if (avx2 && Has(leaf7_1.eax, 4)) isas.add(Isa::kAvxVnni);
  if (avx512) isas.add(Isa::kAvx512);
  if (avx512 && Has(leaf7.ecx, 1)) isas.add(Isa::kAvx512Vbmi);
  if (avx512 && Has(leaf7.ecx, 11)) isas.add(Isa::kAvx512Vnni);
  return isas;
}

// Families: AMD, "CPUID Specification", leaf 1. 19h with AVX-512 is Zen 4.
bool DetectHalves() {
  const Registers vendor = Cpuid(0, 0);
  const bool amd = vendor.ebx == 0x68747541;  // "Auth"
  const uint32_t version = Cpuid(1, 0).eax;
  const uint32_t base = version >> 8 & 0xf, family = base == 0xf ? base + (version >> 20 & 0xff) : base;
  return amd && family == 0x19;
}

IsaSet ReadUsable() {
  const char* cap = std::getenv("ASSAY_ISA");
  if (cap == nullptr || *cap == '\0') return DetectedIsas();
  Result<IsaSet> allowed = IsaCap(cap);
  if (!allowed.ok()) {
    std::fprintf(stderr, "assay: environment variable ASSAY_ISA: %s\n", allowed.message().c_str());
    std::exit(2);
  }
  return DetectedIsas() & *allowed;
}

}  // namespace

std::string_view Name(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return "scalar";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvxVnni:
      return "avxvnni";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Vbmi:
      return "avx512vbmi";
    case Isa::kAvx512Vnni:
      return "avx512vnni";
  }
  return "?";
}

std::string IsaSet::ToString() const {
  std::string text;
  for (Isa isa : kAllIsas) {
    if (!has(isa)) continue;
    if (!text.empty()) text += ' ';
    text += Name(isa);
  }
  return text;
}

IsaSet DetectedIsas() {
  static const IsaSet isas = Detect();
  return isas;
}

bool HalvesAvx512() {
  static const bool halves = DetectHalves();
  return halves;
}

Result<IsaSet> IsaCap(std::string_view name) {
  if (name == "scalar") return IsaSet{Isa::kScalar};
  if (name == "avx2") return IsaSet{Isa::kScalar, Isa::kAvx2};
  if (name == "avxvnni") return IsaSet{Isa::kScalar, Isa::kAvx2, Isa::kAvxVnni};
  if (name == "avx512") return IsaSet{Isa::kScalar, Isa::kAvx2, Isa::kAvx512};
  if (name == "avx512vbmi") {
    return IsaSet{Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vbmi};
  }
  if (name == "avx512vnni") {
    return IsaSet{Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vnni};
  }
  return Error("unknown instruction set '" + std::string(name) +
               "'; allowed are scalar, avx2, avxvnni, avx512, avx512vbmi, avx512vnni");
}

IsaSet UsableIsas() {
  static const IsaSet isas = ReadUsable();
  return isas;
}

}  // namespace assay
