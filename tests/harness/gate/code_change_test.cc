#include "harness/gate/code_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "harness/gate/command.h"
#include "tests/temporary_folder.h"

namespace assay::gate {
namespace {

using testing::HasSubstr;

// Two functions, of which the order can be changed; what they refer to is a macro each.
constexpr const char* kSource = R"(
#ifndef SCALE
#define SCALE 3.25
#endif
#ifndef STEP
#define STEP 3
#endif
#ifndef CALLEE
#define CALLEE one
#endif
#ifndef ENTRIES
#define ENTRIES one, two
#endif
#ifndef VARIABLES
#define VARIABLES int first = 1; int second = 2;
#endif
VARIABLES
static const double table[4] = {1, 2, SCALE, 4};
double external(double);
__attribute__((noinline)) static double one(int i) { return table[i & 3] + external(i); }
__attribute__((noinline)) static double two(int i) { return table[i & 1] * external(i); }
double (*const entries[])(int) = {ENTRIES};
#define LONG_ONE double large(int n) { \
  double sum = 0; \
  for (int i = 0; i < n; i += STEP) sum += CALLEE(i) * entries[i & 1](i); \
  return sum; }
#define SHORT_ONE double small(int n) { return n > 0 ? CALLEE(n) + first : 1.5; }
#ifdef JUMPS
double jump(int i) {
  switch (i) {
    case 0: return external(1); case 1: return external(2) + 1; case 2: return external(3) * 2;
    case 3: return external(4) - 7; case 4: return external(5) / 3; case 5: return JUMPS;
    default: return 0;
  }
}
#endif
#ifdef SWAPPED
SHORT_ONE LONG_ONE
#else
LONG_ONE SHORT_ONE
#endif
)";

class CodeChangeTest : public testing::Test {
 protected:
  std::string Build(const std::string& name, const std::vector<std::string>& flags) {
    const std::string source = (folder_.path() / "source.c").string();
    std::ofstream(source) << kSource;
    std::string library = (folder_.path() / (name + ".so")).string();
    CommandLine command{
        {"cc", "-O2", "-shared", "-fPIC", "-fno-toplevel-reorder", source, "-o", library}};
    command.arguments.insert(command.arguments.end(), flags.begin(), flags.end());
    const auto built = RunCommand(command);
    EXPECT_TRUE(built.ok()) << built.message();
    return library;
  }

  CodeComparison Compare(const std::vector<std::string>& flags,
                         const std::vector<std::string>& of_both = {}) {
    std::vector<std::string> all = flags;
    all.insert(all.end(), of_both.begin(), of_both.end());
    return CompareCode(Build("base", of_both), Build("candidate", all));
  }

  TemporaryFolder folder_;
};

TEST_F(CodeChangeTest, TheIdOfABuildIsNoChange) {
  const auto found = Compare({"-Wl,--build-id=0x1234"}, {"-Wl,--build-id=0xabcd"});
  EXPECT_EQ(found.change, CodeChange::kNone) << found.why;
  EXPECT_TRUE(found.layout_only());
  EXPECT_EQ(Compare({}).change, CodeChange::kNone);
}

TEST_F(CodeChangeTest, FunctionsInAnotherOrderAreOfAnotherPlacementOnly) {
  const auto found = Compare({"-DSWAPPED"});
  EXPECT_EQ(found.change, CodeChange::kPlacement) << found.why;
  EXPECT_TRUE(found.layout_only());
  EXPECT_EQ(Compare({"-DSWAPPED"}, {"-fno-plt"}).change, CodeChange::kPlacement);
  EXPECT_EQ(Compare({"-falign-functions=64"}, {"-fno-align-loops"}).change, CodeChange::kPlacement);
}

TEST_F(CodeChangeTest, DistancesOfJumpsMayDifferWhereTheirRelocationsAreKept) {
  const std::vector<std::string> jumps = {"-DJUMPS=8", "-Wl,--emit-relocs"};
  const auto moved = Compare({"-Wl,--section-start=.text=0x8000"}, jumps);
  EXPECT_EQ(moved.change, CodeChange::kPlacement) << moved.why;
  const auto unknown = Compare({"-Wl,--section-start=.text=0x8000"}, {"-DJUMPS=8"});
  EXPECT_EQ(unknown.change, CodeChange::kSome);
  EXPECT_THAT(unknown.why, HasSubstr(".rodata differs"));
  EXPECT_EQ(Compare({"-UJUMPS", "-DJUMPS=9"}, {"-Wl,--emit-relocs"}).change, CodeChange::kSome);
}

TEST_F(CodeChangeTest, AnInstructionDecides) {
  const auto found = Compare({"-DSTEP=5"});
  EXPECT_EQ(found.change, CodeChange::kSome);
  EXPECT_THAT(found.why, HasSubstr("function large differs"));
  EXPECT_FALSE(found.layout_only());
}

// The code is the same to the byte.
TEST_F(CodeChangeTest, AConstantDecides) {
  for (const std::vector<std::string>& placed : {std::vector<std::string>{}, {"-DSWAPPED"}}) {
    std::vector<std::string> flags = placed;
    flags.push_back("-DSCALE=3.5");
    const auto found = Compare(flags);
    EXPECT_EQ(found.change, CodeChange::kSome);
    EXPECT_THAT(found.why, HasSubstr(".rodata differs"));
  }
}

TEST_F(CodeChangeTest, WhatIsReferredToDecides) {
  EXPECT_THAT(Compare({"-DCALLEE=two"}).why, HasSubstr("differs"));
  EXPECT_THAT(Compare({"-DENTRIES=two,one"}).why, HasSubstr(".data.rel.ro"));
  // The same bytes at the same places, by exchanged names.
  const auto names = Compare({"-DVARIABLES=int second = 1; int first = 2;"});
  EXPECT_EQ(names.change, CodeChange::kSome) << names.why;
}

TEST_F(CodeChangeTest, WhatCannotBeToldIsNotLayout) {
  const auto stripped = Compare({"-DSWAPPED"}, {"-s"});
  EXPECT_EQ(stripped.change, CodeChange::kUnknown);
  EXPECT_THAT(stripped.why, HasSubstr("symbol table"));
  const auto own = Compare({}, {"-Wl,-rpath,$ORIGIN"});
  EXPECT_EQ(own.change, CodeChange::kUnknown);
  EXPECT_THAT(own.why, HasSubstr("folder"));
  const std::string text = (folder_.path() / "text.so").string();
  std::ofstream(text) << "no library";
  EXPECT_EQ(CompareCode(text, text).change, CodeChange::kUnknown);
  EXPECT_FALSE(CompareCode(text, text).layout_only());
  EXPECT_EQ(Compare({"-lm", "-Wl,--no-as-needed"}).change, CodeChange::kSome);
}

// Cut off at any place it is unknown or different, and nothing crashes.
TEST_F(CodeChangeTest, AFileThatIsCutOffIsSurvived) {
  const std::string base = Build("base", {}), cut = (folder_.path() / "cut.so").string();
  const auto size = std::filesystem::file_size(base);
  for (size_t left = 0; left < size; left += size / 37) {
    std::filesystem::copy_file(base, cut, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(cut, left);
    EXPECT_FALSE(CompareCode(base, cut).layout_only()) << left;
  }
}

}  // namespace
}  // namespace assay::gate
