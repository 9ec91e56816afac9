#include "harness/gate/elf_image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

namespace assay::gate {
namespace {

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};

class Reader {
 public:
  Reader(const std::string& path, bool whole) : path_(path), whole_(whole) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    elf_.reset();
    if (descriptor_ >= 0) close(descriptor_);
  }

  Result<ElfImage> Read() {
    elf_version(EV_CURRENT);
    descriptor_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) return Error(path_ + ": cannot be read");
    elf_.reset(elf_begin(descriptor_, ELF_C_READ, nullptr));
    GElf_Ehdr header;
    if (elf_kind(elf_.get()) != ELF_K_ELF || gelf_getehdr(elf_.get(), &header) == nullptr ||
        header.e_machine != EM_X86_64 || header.e_type != ET_DYN) {
      return Error(path_ + ": no shared library of x86-64");
    }
    if (elf_getshdrstrndx(elf_.get(), &names_) != 0) return Error(path_ + ": has no sections");
    for (Elf_Scn* at = nullptr; (at = elf_nextscn(elf_.get(), at)) != nullptr;) {
      GElf_Shdr section;
      if (gelf_getshdr(at, &section) == nullptr) return Error(path_ + ": a section is cut off");
      if (!whole_ && section.sh_type != SHT_DYNAMIC) continue;
      ASSAY_RETURN_IF_ERROR(Take(at, section));
    }
    std::ranges::sort(image_.sections, {}, &Section::address);
    NameFunctions();
    return std::move(image_);
  }

 private:
  std::string Text(size_t table, size_t at) const {
    const char* text = elf_strptr(elf_.get(), table, at);
    return text != nullptr ? text : "";
  }

  Status Take(Elf_Scn* at, const GElf_Shdr& section) {
    Elf_Data* data = elf_getdata(at, nullptr);
    const auto count = [&] {
      return static_cast<int>(section.sh_size / std::max<uint64_t>(section.sh_entsize, 1));
    };
    switch (section.sh_type) {
      case SHT_SYMTAB:
        for (int i = 0; i < count(); ++i) TakeFunction(data, i, section.sh_link);
        break;
      case SHT_DYNSYM:
        for (int i = 0; i < count(); ++i) TakeExport(data, i, section.sh_link);
        break;
      case SHT_RELA:
        for (int i = 0; i < count(); ++i) {
          if ((section.sh_flags & SHF_ALLOC) != 0) {
            TakeRelocation(data, i, section.sh_link);
          } else if (OfData(section.sh_info)) {
            TakeDistance(data, i, section.sh_link);
          }
        }
        break;
      case SHT_DYNAMIC:
        for (int i = 0; i < count(); ++i) TakeDynamic(data, i, section.sh_link);
        break;
      default:
        break;
    }
    if ((section.sh_flags & SHF_ALLOC) == 0) return {};
    Section taken{.name = Text(names_, section.sh_name),
                  .address = section.sh_addr,
                  .size = section.sh_size,
                  .code = (section.sh_flags & SHF_EXECINSTR) != 0,
                  .bytes = {}};
    if (section.sh_type != SHT_NOBITS && section.sh_size > 0) {
      Elf_Data* raw = elf_rawdata(at, nullptr);
      if (raw == nullptr || raw->d_buf == nullptr || raw->d_size != section.sh_size) {
        return Error(fmt::format("{}: section {} is cut off", path_, taken.name));
      }
      const auto* bytes = static_cast<const uint8_t*>(raw->d_buf);
      taken.bytes.assign(bytes, bytes + raw->d_size);
    }
    image_.sections.push_back(std::move(taken));
    return {};
  }

  void TakeFunction(Elf_Data* data, int i, size_t strings) {
    GElf_Sym symbol;
    if (gelf_getsym(data, i, &symbol) == nullptr || symbol.st_shndx == SHN_UNDEF) return;
    const int type = GELF_ST_TYPE(symbol.st_info);
    if (type != STT_FUNC && type != STT_GNU_IFUNC) return;
    image_.functions.push_back({Text(strings, symbol.st_name), symbol.st_value, symbol.st_size});
  }

  void TakeExport(Elf_Data* data, int i, size_t strings) {
    GElf_Sym symbol;
    if (gelf_getsym(data, i, &symbol) == nullptr || symbol.st_shndx == SHN_UNDEF) return;
    image_.exports[Text(strings, symbol.st_name)] = symbol.st_value;
    if (GELF_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE) {
      image_.unique.push_back(Text(strings, symbol.st_name));
    }
  }

  void TakeRelocation(Elf_Data* data, int i, size_t symbols) {
    GElf_Rela rela;
    if (gelf_getrela(data, i, &rela) == nullptr) return;
    Relocation taken{static_cast<uint32_t>(GELF_R_TYPE(rela.r_info)), "", rela.r_addend};
    const auto index = static_cast<int>(GELF_R_SYM(rela.r_info));
    GElf_Shdr table;
    Elf_Scn* at = elf_getscn(elf_.get(), symbols);
    GElf_Sym symbol;
    if (index != 0 && at != nullptr && gelf_getshdr(at, &table) != nullptr &&
        gelf_getsym(elf_getdata(at, nullptr), index, &symbol) != nullptr) {
      taken.symbol = Text(table.sh_link, symbol.st_name);
    }
    image_.relocations[rela.r_offset] = std::move(taken);
  }

  // Whether the section of this index is loaded, and not code.
  bool OfData(size_t index) const {
    GElf_Shdr section;
    Elf_Scn* at = elf_getscn(elf_.get(), index);
    return at != nullptr && gelf_getshdr(at, &section) != nullptr &&
           (section.sh_flags & (SHF_ALLOC | SHF_EXECINSTR)) == SHF_ALLOC;
  }

  void TakeDistance(Elf_Data* data, int i, size_t symbols) {
    GElf_Rela rela;
    GElf_Sym symbol;
    Elf_Scn* at = elf_getscn(elf_.get(), symbols);
    if (gelf_getrela(data, i, &rela) == nullptr || GELF_R_TYPE(rela.r_info) != R_X86_64_PC32 ||
        at == nullptr ||
        gelf_getsym(elf_getdata(at, nullptr), static_cast<int>(GELF_R_SYM(rela.r_info)), &symbol) ==
            nullptr) {
      return;
    }
    image_.distances[rela.r_offset] = symbol.st_value + static_cast<uint64_t>(rela.r_addend);
  }

  void TakeDynamic(Elf_Data* data, int i, size_t strings) {
    GElf_Dyn entry;
    if (gelf_getdyn(data, i, &entry) == nullptr) return;
    constexpr int64_t kRelr = 36;  // DT_RELR, which older headers lack.
    if (entry.d_tag == DT_NEEDED) image_.needed.push_back(Text(strings, entry.d_un.d_val));
    if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) {
      image_.search.push_back(Text(strings, entry.d_un.d_val));
    }
    if (entry.d_tag == kRelr) image_.packed_relocations = true;
  }

  // One name per place, and one place per name. Those without a size reach to the next, within
  // their section.
  void NameFunctions() {
    auto& functions = image_.functions;
    std::ranges::sort(functions, [](const Function& a, const Function& b) {
      return a.address != b.address ? a.address < b.address : a.name < b.name;
    });
    const auto same = std::ranges::unique(functions, {}, &Function::address);
    functions.erase(same.begin(), same.end());
    std::map<std::string, int> taken;
    for (size_t i = 0; i < functions.size(); ++i) {
      Function& function = functions[i];
      if (function.size == 0) {
        const Section* section = image_.SectionAt(function.address);
        uint64_t end = section != nullptr ? section->address + section->size : function.address;
        if (i + 1 < functions.size()) end = std::min(end, functions[i + 1].address);
        function.size = end - function.address;
      }
      const int number = ++taken[function.name];
      if (number > 1) function.name += fmt::format("#{}", number);
    }
  }

  const std::string& path_;
  const bool whole_;
  int descriptor_ = -1;
  std::unique_ptr<Elf, EndElf> elf_;
  size_t names_ = 0;  // The table of the sections' names.
  ElfImage image_;
};

// The last of those that begin at or before the address, if it holds it.
template <typename Range>
const Range* Holding(const std::vector<Range>& ranges, uint64_t address) {
  const auto after = std::ranges::upper_bound(ranges, address, {}, &Range::address);
  if (after == ranges.begin()) return nullptr;
  const Range& last = *std::prev(after);
  return address - last.address < last.size ? &last : nullptr;
}

}  // namespace

Result<ElfImage> ElfImage::Read(const std::string& path) { return Reader(path, true).Read(); }

Result<ElfImage> ElfImage::ReadDependencies(const std::string& path) {
  return Reader(path, false).Read();
}

const Section* ElfImage::SectionAt(uint64_t address) const { return Holding(sections, address); }

const Function* ElfImage::FunctionAt(uint64_t address) const { return Holding(functions, address); }

}  // namespace assay::gate
