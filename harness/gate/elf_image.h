// What a shared library is made of, read by libelf: x86-64 ELF, System V ABI.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kernels/base/status.h"

namespace assay::gate {

struct Section {
  std::string name;
  uint64_t address = 0, size = 0;
  bool code = false;           // Executable.
  std::vector<uint8_t> bytes;  // Empty where the file has none (.bss).
};

struct Function {
  std::string name;  // With "#2" for the second of the same name, by address.
  uint64_t address = 0, size = 0;
};

// What the loader writes at an address.
struct Relocation {
  uint32_t type = 0;
  std::string symbol;  // "": none, and addend is an address of the library.
  int64_t addend = 0;
};

struct ElfImage {
  std::vector<Section> sections;               // That are loaded, by address.
  std::vector<Function> functions;             // By address; of aliases one. Empty when stripped.
  std::map<std::string, uint64_t> exports;     // Addresses of symbols that others may refer to.
  std::vector<std::string> unique;             // Those of which a process has one.
  std::map<uint64_t, Relocation> relocations;  // By address.
  // Where data holds a distance, such as of a jump, the address that it is to plus how far into its
  // table the distance stands; by address. Known of libraries that were linked with --emit-relocs.
  std::map<uint64_t, uint64_t> distances;
  bool packed_relocations = false;          // DT_RELR: there are more of them.
  std::vector<std::string> needed, search;  // DT_NEEDED; DT_RPATH and DT_RUNPATH.

  // Error: the file is not such a library.
  static Result<ElfImage> Read(const std::string& path);
  // Of `needed` and `search` alone, whatever the size of the library.
  static Result<ElfImage> ReadDependencies(const std::string& path);

  // nullptr: none holds the address.
  const Section* SectionAt(uint64_t address) const;
  const Function* FunctionAt(uint64_t address) const;
};

}  // namespace assay::gate
