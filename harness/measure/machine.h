// Identity of the machine and of the build: what must be the same for absolute times to be
// comparable. Never measured: no clock rate, no load.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace assay::measure {

struct Cache {
  int level = 0;
  std::string type;  // "Data", "Instruction", "Unified", as sysfs and Google Benchmark say.
  int64_t size_bytes = 0;
  int num_sharing = 0;  // Logical CPUs that share one.
  bool operator==(const Cache&) const = default;
};

// A field that could not be read is empty or 0 ("unknown" is not a value).
struct Machine {
  std::string cpu_vendor;  // "GenuineIntel"
  std::string cpu_brand;   // "Intel(R) Xeon(R) Processor"
  int cpu_family = 0;
  int cpu_model = 0;
  int cpu_stepping = 0;
  std::string isas;  // What dispatch may use, the ceiling ASSAY_ISA applied: "scalar avx2".
  int vcpus = 0;     // Logical CPUs online.
  int sockets = 0;
  int cores = 0;              // Physical, in all sockets.
  std::vector<Cache> caches;  // Of the first logical CPU.
  std::string hypervisor;     // "KVM", the signature itself where unknown to us, "" on bare metal.
  std::string kernel;         // Major version and name: "Linux 6".
  std::string libc;           // "glibc 2.36"
  std::string compiler;       // With its version.
  std::string flags;          // Of the build, instruction sets of variants aside.
  std::string governor;       // Of the first logical CPU, where readable.
  int memory_gib =
      0;  // Rounded to the nearest power of two, so that firmware's share is no matter.

  // 16 hexadecimal digits: FNV-1a 64 of all the above.
  std::string fingerprint() const;
};

// Reads it once.
const Machine& ThisMachine();

// All fields by their names, and "fingerprint".
nlohmann::json ToJson(const Machine& machine);

}  // namespace assay::measure
