#include "harness/gate/code_change.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>

#include "harness/gate/command.h"
#include "harness/gate/elf_image.h"

namespace assay::gate {
namespace {

using std::string_view;

CodeComparison Some(std::string why) { return {CodeChange::kSome, std::move(why)}; }
CodeComparison Unknown(std::string why) { return {CodeChange::kUnknown, std::move(why)}; }

bool Within(const std::string& name, std::initializer_list<string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](string_view b) { return name.starts_with(b); });
}

// Written by the linker for the loader, the debugger or the unwinder: what it says of code and data
// is compared at the code and the data.
bool OfTheLinker(const Section& section) {
  return Within(section.name, {".note", ".gnu.", ".hash", ".dyn", ".rela.", ".relr.", ".plt",
                               ".got", ".eh_frame", ".interp"});
}

bool SameBytes(const std::string& a, const std::string& b) {
  std::ifstream first(a, std::ios::binary), second(b, std::ios::binary);
  using Bytes = std::istreambuf_iterator<char>;
  return first && second && std::equal(Bytes(first), Bytes(), Bytes(second), Bytes());
}

bool SameSections(const ElfImage& a, const ElfImage& b) {
  const auto same = [](const Section& x, const Section& y) {
    const bool id = x.name == ".note.gnu.build-id";
    return x.name == y.name && x.address == y.address && x.size == y.size && x.code == y.code &&
           (id || x.bytes == y.bytes);
  };
  return std::ranges::equal(a.sections, b.sections, same);
}

// Addresses by what is there, so that they compare between builds.
class Places {
 public:
  explicit Places(const ElfImage& image) : image_(image) {}

  std::string Of(uint64_t address) const {
    const Section* section = image_.SectionAt(address);
    if (section == nullptr) return fmt::format("nowhere+{:#x}", address);
    if (section->name.starts_with(".got")) return "[" + Slot(*section, address) + "]";
    if (section->code) {
      const Function* function = image_.FunctionAt(address);
      if (function != nullptr) {
        return fmt::format("{}+{:#x}", function->name, address - function->address);
      }
      return fmt::format("between functions+{:#x}", address);
    }
    return fmt::format("{}+{:#x}", section->name, address - section->address);
  }

  std::string Of(const Relocation& relocation) const {
    const std::string to = relocation.symbol.empty()
                               ? Of(static_cast<uint64_t>(relocation.addend))
                               : fmt::format("{}+{:#x}", relocation.symbol, relocation.addend);
    return fmt::format("{} {}", relocation.type, to);
  }

 private:
  // What is in an entry of the table of addresses; of a thread's variable it is two of them.
  std::string Slot(const Section& section, uint64_t address) const {
    const auto found = image_.relocations.find(address);
    if (found != image_.relocations.end()) {
      const uint32_t type = found->second.type;
      const bool pair = type == R_X86_64_DTPMOD64 || type == R_X86_64_TLSDESC;
      const std::string one = pair && found->second.symbol.empty()
                                  ? fmt::format("{} {:#x}", type, found->second.addend)
                                  : Of(found->second);
      return pair ? one + "," + Slot(section, address + 8) : one;
    }
    const uint64_t at = address - section.address;
    if (at + 8 > section.bytes.size()) return fmt::format("{}+{:#x}", section.name, at);
    const auto begin = section.bytes.begin() + static_cast<int64_t>(at);
    return fmt::format("{:02x}", fmt::join(begin, begin + 8, ""));
  }

  const ElfImage& image_;
};

// A line of objdump: "  1139:\te8 12 00 00 00 \tcall   1150 <name>".
struct Instruction {
  uint64_t address = 0;
  string_view bytes, text;
};

std::optional<uint64_t> Hex(string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Instruction> Parse(string_view line) {
  const size_t colon = line.find(":\t");
  if (colon == string_view::npos) return std::nullopt;
  string_view digits = line.substr(0, colon);
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  const auto address = Hex(digits);
  const size_t tab = line.find('\t', colon + 2);
  if (!address) return std::nullopt;
  if (tab == string_view::npos) return Instruction{*address, line.substr(colon + 2), ""};
  return Instruction{*address, line.substr(colon + 2, tab - colon - 2), line.substr(tab + 1)};
}

// The instruction with what it refers to instead of the address; its bytes where it refers to none.
std::string Normalized(const Instruction& instruction, const Places& places) {
  const string_view text = instruction.text;
  const size_t label = text.rfind('<');
  if (label ==
      string_view::npos) {  // Of an address without a name nothing is known but the address.
    const bool relative = text.find("(%rip)") != string_view::npos;
    return fmt::format("{}{}{:x}", instruction.bytes, text, relative ? instruction.address : 0);
  }
  // "mov 0x2ee9(%rip),%rax        # 4028 <name>", or "call   1150 <name>".
  const string_view before = text.substr(0, label - 1);
  const size_t blank = before.rfind(' ');
  const auto target = Hex(before.substr(blank + 1));
  if (!target) return fmt::format("{}{}", instruction.bytes, text);
  const string_view name = text.substr(label);
  std::string place = name.ends_with("@plt>") ? std::string(name) : places.Of(*target);
  const size_t comment = before.rfind('#');
  if (comment == string_view::npos) return fmt::format("{} {}", before.substr(0, blank), place);
  const size_t register_at = before.find("(%rip)");
  if (register_at == string_view::npos) return fmt::format("{}{}", instruction.bytes, text);
  const size_t displacement = before.find_last_of(" ,*", register_at) + 1;
  return fmt::format("{}{}{}", before.substr(0, displacement), place,
                     before.substr(register_at, comment - register_at));
}

bool Padding(string_view text) {
  return text.find("nop") != string_view::npos || text.starts_with("int3") ||
         text.starts_with("xchg   %ax,%ax");
}

// Functions by name, as text; the error says what code could not be read.
Result<std::map<std::string, std::string>> Functions(const std::string& path,
                                                     const ElfImage& image) {
  ASSAY_ASSIGN_OR_RETURN(const std::string printed, RunCommand({{"objdump", "-d", "-w", path}}));
  std::map<std::string, std::string> functions;
  for (const Function& function : image.functions) {
    functions[function.name] = fmt::format("{} bytes\n", function.size);
  }
  const Places places(image);
  for (string_view rest = printed; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const auto instruction = Parse(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!instruction) continue;
    const Section* section = image.SectionAt(instruction->address);
    if (section == nullptr || OfTheLinker(*section)) continue;
    const Function* function = image.FunctionAt(instruction->address);
    if (function == nullptr) {
      if (Padding(instruction->text)) continue;
      return Error(
          fmt::format("there is code at {:#x} that is no function's", instruction->address));
    }
    fmt::format_to(std::back_inserter(functions[function->name]), "{:x} {}\n",
                   instruction->address - function->address, Normalized(*instruction, places));
  }
  return functions;
}

// "": the data are the same.
std::string DataDifference(const ElfImage& a, const ElfImage& b) {
  const auto data = [](const ElfImage& image) {
    std::vector<const Section*> sections;
    for (const Section& s : image.sections) {
      if (!s.code && !OfTheLinker(s) && s.size > 0) sections.push_back(&s);
    }
    return sections;
  };
  // With addresses left out, and what they refer to.
  const auto content = [](const ElfImage& image, const Section& section) {
    const Places places(image);
    std::vector<uint8_t> bytes = section.bytes;
    std::string addresses;
    const uint64_t end = section.address + section.size;
    const auto leave_out = [&](uint64_t address, uint64_t count, const std::string& place) {
      const uint64_t offset = address - section.address;
      for (uint64_t i = offset; i < std::min<uint64_t>(offset + count, bytes.size()); ++i) {
        bytes[i] = 0;
      }
      addresses += fmt::format("{:x} {}\n", offset, place);
    };
    for (auto at = image.relocations.lower_bound(section.address);
         at != image.relocations.end() && at->first < end; ++at) {
      leave_out(at->first, 8, places.Of(at->second));
    }
    for (auto at = image.distances.lower_bound(section.address);
         at != image.distances.end() && at->first < end; ++at) {
      leave_out(at->first, 4, places.Of(at->second));
    }
    return std::pair(std::move(bytes), std::move(addresses));
  };
  const auto of_a = data(a), of_b = data(b);
  if (!std::ranges::equal(of_a, of_b, {}, &Section::name, &Section::name)) {
    return "it has other sections";
  }
  for (size_t i = 0; i < of_a.size(); ++i) {
    const Section &x = *of_a[i], &y = *of_b[i];
    if (x.size != y.size) return "section " + x.name + " has another size";
    if (content(a, x) != content(b, y)) return "section " + x.name + " differs";
  }
  return "";
}

// Symbols that others may refer to, by what is there.
std::map<std::string, std::string> Exports(const ElfImage& image) {
  const Places places(image);
  std::map<std::string, std::string> exports;
  for (const auto& [name, address] : image.exports) exports[name] = places.Of(address);
  return exports;
}

// "": the functions are the same.
std::string FunctionDifference(const std::map<std::string, std::string>& a,
                               const std::map<std::string, std::string>& b) {
  for (const auto& [name, text] : a) {
    const auto other = b.find(name);
    if (other == b.end()) return "function " + name + " is gone";
    if (text != other->second) return "function " + name + " differs";
  }
  for (const auto& [name, text] : b) {
    if (!a.contains(name)) return "function " + name + " is new";
  }
  return "";
}

}  // namespace

const char* Name(CodeChange change) {
  switch (change) {
    case CodeChange::kNone:
      return "none";
    case CodeChange::kPlacement:
      return "placement";
    case CodeChange::kSome:
      return "some";
    case CodeChange::kUnknown:
      return "unknown";
  }
  return "?";
}

CodeComparison CompareCode(const std::string& base, const std::string& candidate) {
  const Result<ElfImage> a = ElfImage::Read(base), b = ElfImage::Read(candidate);
  if (!a.ok()) return Unknown(a.message());
  if (!b.ok()) return Unknown(b.message());
  for (const ElfImage* image : {&*a, &*b}) {
    for (const std::string& folder : image->search) {
      if (folder.find("ORIGIN") != std::string::npos) return Unknown("it searches its own folder");
    }
  }
  if (SameBytes(base, candidate)) return {CodeChange::kNone, ""};
  if (a->needed != b->needed || a->search != b->search) return Some("it loads other libraries");
  if (SameSections(*a, *b)) return {CodeChange::kNone, ""};
  if (a->functions.empty() || b->functions.empty()) return Unknown("it has no symbol table");
  if (a->packed_relocations || b->packed_relocations) return Unknown("its relocations are packed");
  if (std::string data = DataDifference(*a, *b); !data.empty()) return Some(std::move(data));
  if (Exports(*a) != Exports(*b)) return Some("it exports something else");
  const auto of_a = Functions(base, *a);
  if (!of_a.ok()) return Unknown(of_a.message());
  const auto of_b = Functions(candidate, *b);
  if (!of_b.ok()) return Unknown(of_b.message());
  if (std::string code = FunctionDifference(*of_a, *of_b); !code.empty())
    return Some(std::move(code));
  return {CodeChange::kPlacement, ""};
}

}  // namespace assay::gate
