#include "harness/gate/shared_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "harness/gate/command.h"
#include "tests/temporary_folder.h"

namespace assay::gate {
namespace {

using testing::HasSubstr;

// A library of a function, which may need libpart.so of its folder, or define a unique symbol.
class SharedPartsTest : public testing::Test {
 protected:
  std::string Build(const std::string& folder, const std::string& source,
                    std::vector<std::string> flags = {}, const std::string& name = "cases") {
    const std::string file = folder_.Write(folder + "/" + name + ".c", source).string();
    const std::string library = (folder_ / folder / ("lib" + name + ".so")).string();
    CommandLine command{{"cc", "-shared", "-fPIC", "-o", library, file}};
    command.arguments.insert(command.arguments.end(), flags.begin(), flags.end());
    const auto built = RunCommand(command);
    EXPECT_TRUE(built.ok()) << built.message();
    return library;
  }

  std::string BuildWithPart(const std::string& folder, const std::string& runpath) {
    // In each folder another one.
    const std::string part = "int part(void) { return " + std::to_string(++parts_) + "; }";
    Build(folder, part, {"-Wl,-soname,libpart.so"}, "part");
    return Build(folder, "int part(void); int whole(void) { return part(); }",
                 {"-L" + (folder_ / folder).string(), "-lpart", "-Wl,-rpath," + runpath});
  }

  TemporaryFolder folder_;
  int parts_ = 0;
};

constexpr const char* kUnique =
    "__asm__(\".data\\n.globl one\\n.type one, @gnu_unique_object\\n.size one, 4\\none: .long "
    "1\\n\");";

TEST_F(SharedPartsTest, BuildsOfTheirOwnShareNothing) {
  const std::string source = "int f(void) { return 1; }";
  EXPECT_EQ(SharedParts(Build("a", source), Build("b", source)), "");
  EXPECT_EQ(SharedParts(Build("a", source), Build("b", kUnique)), "");
  EXPECT_EQ(SharedParts("/nowhere", folder_.Write("text", "no library").string()), "");
}

TEST_F(SharedPartsTest, AUniqueSymbolIsOneForBoth) {
  EXPECT_THAT(SharedParts(Build("a", kUnique), Build("b", kUnique)),
              HasSubstr("both define one, of which a process has one"));
}

TEST_F(SharedPartsTest, ALibraryOfTheSameNameIsLoadedOnce) {
  const std::string a = BuildWithPart("a", "/nowhere:" + (folder_ / "a").string());
  const std::string b = BuildWithPart("b", (folder_ / "b").string());
  EXPECT_THAT(SharedParts(a, b), HasSubstr("both need libpart.so, "));
  EXPECT_THAT(SharedParts(a, BuildWithPart("c", "$ORIGIN")), HasSubstr("c/libpart.so"));
  // The same file, named in two ways.
  EXPECT_EQ(SharedParts(a, BuildWithPart("d", (folder_ / "d/../a").string())), "");
  // The same bytes.
  const std::string e = BuildWithPart("e", "$ORIGIN");
  std::filesystem::copy_file(folder_ / "a/libpart.so", folder_ / "e/libpart.so",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(SharedParts(a, e), "");
}

}  // namespace
}  // namespace assay::gate
