// What the compiler made of the variants. Hygiene, of every family: no weak symbol, whose copy with
// wide vectors the linker could keep for everybody, and nothing that runs before main. And of the
// micro-kernels: that the hot loop multiplies as often as its register map says and leaves the
// stack alone; a compiler that spills accumulators halves the speed without a word. And of
// Winograd's transforms, which keep a tile in registers.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

// Lines that the command prints; empty if it cannot be run.
std::vector<std::string> Output(const std::string& command) {
  std::vector<std::string> lines;
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return lines;
  std::array<char, 4096> buffer;
  std::string line;
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
    line += buffer.data();
    if (!line.ends_with('\n')) continue;
    line.pop_back();
    lines.push_back(std::move(line));
    line.clear();
  }
  pclose(pipe);
  return lines;
}

// The objects of all variants of all families, from the sources: a build folder may hold stale
// ones.
std::vector<fs::path> VariantObjects() {
  const fs::path sources = fs::path(ASSAY_SOURCE_DIR) / "kernels";
  std::vector<fs::path> objects;
  for (const auto& family : fs::directory_iterator(sources)) {
    const fs::path folder = family.path() / "variants";
    if (!fs::is_directory(folder)) continue;
    for (const auto& file : fs::directory_iterator(folder)) {
      if (file.path().extension() != ".cc") continue;
      const fs::path object = fs::path(ASSAY_BINARY_DIR) / "kernels/CMakeFiles/assay_kernels.dir" /
                              fs::relative(file.path(), sources);
      objects.push_back(object.string() + ".o");
    }
  }
  return objects;
}

class ObjectCode : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "sanitizers add symbols and stack accesses of their own";
    if (Output("nm --version").empty() || Output("objdump --version").empty()) {
      GTEST_SKIP() << "nm and objdump (package binutils) are not installed";
    }
  }
};

TEST_F(ObjectCode, NoWeakSymbolsAndNothingBeforeMain) {
  const auto objects = VariantObjects();
  ASSERT_FALSE(objects.empty());
  for (const fs::path& object : objects) {
    ASSERT_TRUE(fs::exists(object)) << object;
    const auto symbols = Output("nm '" + object.string() + "'");
    EXPECT_FALSE(symbols.empty()) << object;
    for (const std::string& line : symbols) {
      if (line.size() < 19) continue;  // "<address 16> T name"
      EXPECT_EQ(std::string("WwVvu").find(line[17]), std::string::npos) << object << ": " << line;
      EXPECT_EQ(line.find("_GLOBAL__sub_I"), std::string::npos) << object << ": " << line;
    }
    for (const std::string& line : Output("objdump -h '" + object.string() + "'")) {
      EXPECT_EQ(line.find(".init_array"), std::string::npos) << object << ": " << line;
    }
  }
}

struct Instruction {
  uint64_t address;
  std::string text;
};

struct Loop {
  int64_t multiplies = 0, stack_accesses = 0;
};

bool Multiplies(const std::string& text) {
  for (const char* mnemonic : {"vpdpbusd", "vpdpwssd", "vfmadd", "vpmaddwd"}) {
    if (text.find(mnemonic) != std::string::npos) return true;
  }
  return false;
}

// The target of a jump; 0: not a jump.
uint64_t Target(const std::string& text) {
  if (!text.starts_with('j')) return 0;
  const size_t space = text.find(' ');
  return space == std::string::npos ? 0 : std::strtoull(text.c_str() + space, nullptr, 16);
}

// The innermost loop of a function that multiplies most.
Loop HottestLoop(const std::vector<Instruction>& code) {
  std::map<uint64_t, size_t> at;
  for (size_t i = 0; i < code.size(); ++i) at[code[i].address] = i;
  Loop hottest;
  for (size_t end = 0; end < code.size(); ++end) {
    const auto begin = at.find(Target(code[end].text));
    if (begin == at.end() || begin->second > end) continue;
    Loop loop;
    bool innermost = true;
    for (size_t i = begin->second; i <= end; ++i) {
      const auto inner = at.find(Target(code[i].text));
      innermost &=
          i == end || inner == at.end() || inner->second > i || inner->second < begin->second;
      loop.multiplies += Multiplies(code[i].text) ? 1 : 0;
      loop.stack_accesses += code[i].text.find("(%rsp") != std::string::npos ? 1 : 0;
    }
    if (innermost && loop.multiplies > hottest.multiplies) hottest = loop;
  }
  return hottest;
}

// How many rows a function computes at once whose name holds Run<rows>, the code of a whole tile,
// or RunBlocks<..., rows>, that of a tile in blocks of rows; 0: neither.
int64_t RowsAtOnce(const std::string& name) {
  const size_t end = name.find(">(assay::gemm::Tile const&)");
  if (end == std::string::npos) return 0;
  const size_t begin = name.find_last_not_of("0123456789", end - 1) + 1;
  const std::string before = name.substr(0, begin);
  const bool blocks = before.find("RunBlocks<") != std::string::npos;
  if (!blocks && !before.ends_with("Run<")) return 0;
  return std::strtoll(name.c_str() + begin, nullptr, 10);
}

struct Functions {
  int64_t rows = 0;         // At once, at most.
  std::vector<Loop> loops;  // The hottest of each function of so many.
};

Functions HottestLoops(const fs::path& object) {
  Functions most;
  std::vector<Instruction> code;
  int64_t rows = 0;
  const auto finish = [&] {
    if (rows > most.rows) most = {rows, {}};
    if (rows > 0 && rows == most.rows) most.loops.push_back(HottestLoop(code));
    code.clear();
  };
  for (const std::string& line :
       Output("objdump -dC --no-show-raw-insn '" + object.string() + "'")) {
    if (line.ends_with(">:")) {
      finish();
      rows = RowsAtOnce(line);
    } else if (const size_t colon = line.find(":\t"); colon != std::string::npos) {
      const uint64_t address = std::strtoull(line.c_str(), nullptr, 16);
      code.push_back({address, line.substr(colon + 2)});
    }
  }
  finish();
  return most;
}

TEST_F(ObjectCode, HotLoopsMultiplyAsTheirRegisterMapsSayAndLeaveTheStackAlone) {
#ifndef __clang__
  GTEST_SKIP() << "asked of the compiler that the project ships with, clang";
#endif
  for (const Variant* variant : AllVariants()) {
    if (variant->isa == Isa::kScalar) continue;
    SCOPED_TRACE(variant->name);
    const fs::path object = fs::path(ASSAY_BINARY_DIR) /
                            "kernels/CMakeFiles/assay_kernels.dir/gemm/variants" /
                            (std::string(variant->name) + ".cc.o");
    const bool wide = variant->isa == Isa::kAvx512 || variant->isa == Isa::kAvx512Vnni;
    const bool along_k = variant->rhs == RhsFormat::kF32x16;  // A vector per cell.
    const Functions functions = HottestLoops(object);
    ASSERT_GT(functions.rows, 0);
    EXPECT_EQ(variant->mr % functions.rows, 0);
    const int64_t per_step = functions.rows * variant->nr / (along_k ? 1 : wide ? 16 : 8);
    const size_t types = variant->u8s8u8 == nullptr ? 1 : 2;  // Of dst.
    const bool blocks = variant->mr > functions.rows;      // Whole ones, and a last or narrow one.
    EXPECT_EQ(functions.loops.size(), types * (blocks ? 2 : 1));
    for (const Loop& loop : functions.loops) {
      EXPECT_GE(loop.multiplies, per_step);
      EXPECT_EQ(loop.multiplies % per_step, 0) << loop.multiplies;
      EXPECT_EQ(loop.stack_accesses, 0);
    }
  }
}

// Of a family's object: how many instructions of each function have whole vectors as operands, and
// how many of these are stores. Expects that none is a vector put aside.
struct Vectors {
  std::map<std::string, int> all, stores;  // By function.
};

Vectors VectorsOf(const std::string& object, const std::string& functions) {
  Vectors vectors;
  std::string function;
  const fs::path folder = fs::path(ASSAY_BINARY_DIR) / "kernels/CMakeFiles/assay_kernels.dir";
  for (const std::string& line :
       Output("objdump -dC --no-show-raw-insn '" + (folder / object).string() + "'")) {
    if (line.ends_with(">:")) function = line;
    if (line.find("%zmm") == std::string::npos) continue;
    if (function.find(functions) == std::string::npos) continue;
    ++vectors.all[function];
    EXPECT_EQ(line.find("(%rsp"), std::string::npos) << function << "\n" << line;
    const bool store = line.find("vmov") != std::string::npos && line.ends_with(")");
    if (store && line.find(" %zmm") != std::string::npos) ++vectors.stores[function];
  }
  return vectors;
}

// Of AVX-512's Winograd transforms, which have registers for what transforms.h keeps: no vector is
// put aside, so an input's stores are its results, kPoints^2 of whole vectors and as many of a
// part. (F(4,3) of AVX2 has 16 registers and puts some aside.)
TEST_F(ObjectCode, WinogradTransformsKeepTheirTilesInRegisters) {
#ifndef __clang__
  GTEST_SKIP() << "asked of the compiler that the project ships with, clang";
#endif
  const Vectors floats = VectorsOf("winograd/variants/f32_avx512.cc.o", "");
  EXPECT_EQ(floats.all.size(), 4U);  // Input and output of F(2,3) and F(4,3), nothing of them apart.
  for (const auto& [name, count] : floats.stores) {
    if (name.find("::Input<") == std::string::npos) continue;
    EXPECT_EQ(count, 2 * (name.find("::F4<") != std::string::npos ? 36 : 16)) << name;
  }
  const Vectors bytes = VectorsOf("winograd/variants/u8s8_avx512vnni.cc.o", "::Input<");
  EXPECT_EQ(bytes.all.size(), 1U);
  for (const auto& [name, count] : bytes.stores) EXPECT_EQ(count, 2 * 36) << name;
}

}  // namespace
}  // namespace assay::gemm
