#include "harness/measure/machine.h"

#include <cpuid.h>
#include <gnu/libc-version.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "kernels/cpu/isa.h"

namespace assay::measure {
namespace {

using nlohmann::json;

const std::string kCpus = "/sys/devices/system/cpu/";

struct Registers {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers Cpuid(uint32_t leaf) {
  Registers r;
  __cpuid_count(leaf, 0, r.eax, r.ebx, r.ecx, r.edx);
  return r;
}

// The text that registers hold, up to its first NUL.
std::string Text(std::initializer_list<uint32_t> words) {
  std::string text(words.size() * sizeof(uint32_t), '\0');
  std::memcpy(text.data(), words.begin(), text.size());
  return text.c_str();
}

// First line of a file; "" where there is none.
std::string ReadLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

int64_t ReadNumber(const std::string& text, int64_t otherwise = 0) {
  int64_t number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "0-3,8" of sysfs to {0, 1, 2, 3, 8}.
std::vector<int> ParseCpuList(std::string_view list) {
  std::vector<int> cpus;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), part.size() + 1));
    const size_t dash = part.find('-');
    const int64_t first = ReadNumber(std::string(part.substr(0, dash)), -1);
    const int64_t last =
        dash == part.npos ? first : ReadNumber(std::string(part.substr(dash + 1)), -1);
    for (int64_t cpu = first; cpu >= 0 && cpu <= last && cpus.size() < 65536; ++cpu) {
      cpus.push_back(static_cast<int>(cpu));
    }
  }
  return cpus;
}

// Intel SDM volume 2, CPUID leaves 0, 1 and 0x80000002 to 4; AMD's agree.
void ReadCpu(Machine& machine) {
  const Registers leaf0 = Cpuid(0);
  machine.cpu_vendor = Text({leaf0.ebx, leaf0.edx, leaf0.ecx});
  const uint32_t version = Cpuid(1).eax;
  const uint32_t family = version >> 8 & 0xf;
  machine.cpu_stepping = static_cast<int>(version & 0xf);
  machine.cpu_family = static_cast<int>(family == 0xf ? family + (version >> 20 & 0xff) : family);
  const uint32_t extended = family == 0x6 || family == 0xf ? version >> 12 & 0xf0 : 0;
  machine.cpu_model = static_cast<int>(extended | (version >> 4 & 0xf));
  if (Cpuid(0x80000000).eax >= 0x80000004) {
    for (uint32_t leaf = 0x80000002; leaf <= 0x80000004; ++leaf) {
      const Registers r = Cpuid(leaf);
      machine.cpu_brand += Text({r.eax, r.ebx, r.ecx, r.edx});
    }
  }
  machine.isas = UsableIsas().ToString();
}

std::string ReadHypervisor() {
  if ((Cpuid(1).ecx >> 31 & 1) == 0) return "";
  const Registers r = Cpuid(0x40000000);
  const std::string signature = Text({r.ebx, r.ecx, r.edx});
  constexpr std::pair<const char*, const char*> kKnown[] = {
      {"KVMKVMKVM", "KVM"},    {"Microsoft Hv", "Hyper-V"},  {"VMwareVMware", "VMware"},
      {"XenVMMXenVMM", "Xen"}, {"TCGTCGTCGTCG", "QEMU TCG"}, {"bhyve bhyve ", "bhyve"},
  };
  for (const auto& [text, name] : kKnown) {
    if (signature == text) return name;
  }
  return signature.empty() ? "unknown" : signature;
}

void ReadTopology(Machine& machine) {
  machine.vcpus = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  std::set<int64_t> sockets;
  std::set<std::pair<int64_t, int64_t>> cores;
  for (const int cpu : ParseCpuList(ReadLine(kCpus + "online"))) {
    const std::string folder = kCpus + "cpu" + std::to_string(cpu) + "/topology/";
    const std::string socket = ReadLine(folder + "physical_package_id");
    if (socket.empty()) continue;
    sockets.insert(ReadNumber(socket));
    cores.insert({ReadNumber(socket), ReadNumber(ReadLine(folder + "core_id"))});
  }
  machine.sockets = static_cast<int>(sockets.size());
  machine.cores = static_cast<int>(cores.size());
}

// "48K" or "2M".
int64_t ParseSize(const std::string& text) {
  if (text.empty()) return 0;
  const int shift = text.back() == 'K' ? 10 : text.back() == 'M' ? 20 : 0;
  return ReadNumber(text) << shift;
}

std::vector<Cache> ReadCaches() {
  std::vector<Cache> caches;
  for (int index = 0;; ++index) {
    const std::string folder = kCpus + "cpu0/cache/index" + std::to_string(index) + "/";
    const std::string level = ReadLine(folder + "level");
    if (level.empty()) return caches;
    caches.push_back({.level = static_cast<int>(ReadNumber(level)),
                      .type = ReadLine(folder + "type"),
                      .size_bytes = ParseSize(ReadLine(folder + "size")),
                      .num_sharing = static_cast<int>(
                          ParseCpuList(ReadLine(folder + "shared_cpu_list")).size())});
  }
}

// "Linux 6": a patch release of the kernel is not another machine.
std::string ReadKernel() {
  utsname name = {};
  uname(&name);
  const std::string release = name.release;
  return std::string(name.sysname) + " " + release.substr(0, release.find('.'));
}

std::string Compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

int MemoryGib() {
  const double bytes =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  return 1 << std::max(0, static_cast<int>(std::lround(std::log2(bytes / (1 << 30)))));
}

Machine Read() {
  Machine machine;
  ReadCpu(machine);
  ReadTopology(machine);
  machine.caches = ReadCaches();
  machine.hypervisor = ReadHypervisor();
  machine.kernel = ReadKernel();
  machine.libc = std::string("glibc ") + gnu_get_libc_version();
  machine.compiler = Compiler();
  machine.flags = ASSAY_BUILD_FLAGS;
  machine.governor = ReadLine(kCpus + "cpu0/cpufreq/scaling_governor");
  machine.memory_gib = MemoryGib();
  return machine;
}

json Fields(const Machine& machine) {
  json caches = json::array();
  for (const Cache& cache : machine.caches) {
    caches.push_back({{"level", cache.level},
                      {"type", cache.type},
                      {"size_bytes", cache.size_bytes},
                      {"num_sharing", cache.num_sharing}});
  }
  return {{"cpu_vendor", machine.cpu_vendor},
          {"cpu_brand", machine.cpu_brand},
          {"cpu_family", machine.cpu_family},
          {"cpu_model", machine.cpu_model},
          {"cpu_stepping", machine.cpu_stepping},
          {"isas", machine.isas},
          {"vcpus", machine.vcpus},
          {"sockets", machine.sockets},
          {"cores", machine.cores},
          {"caches", std::move(caches)},
          {"hypervisor", machine.hypervisor},
          {"kernel", machine.kernel},
          {"libc", machine.libc},
          {"compiler", machine.compiler},
          {"flags", machine.flags},
          {"governor", machine.governor},
          {"memory_gib", machine.memory_gib}};
}

// http://www.isthe.com/chongo/tech/comp/fnv/
uint64_t Fnv1a(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

std::string Machine::fingerprint() const {
  const std::string text = Fields(*this).dump(-1, ' ', false, json::error_handler_t::replace);
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(Fnv1a(text)));
  return hex;
}

const Machine& ThisMachine() {
  static const Machine machine = Read();
  return machine;
}

json ToJson(const Machine& machine) {
  json fields = Fields(machine);
  fields["fingerprint"] = machine.fingerprint();
  return fields;
}

}  // namespace assay::measure
