#include "harness/gate/revision.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sstream>
#include <string_view>

#include "harness/gate/command.h"

namespace assay::gate {
namespace {

namespace fs = std::filesystem;

// What decides the layout of the code, beside the code. The linker keeps relocations: where jump
// tables are (code_change.h).
constexpr const char* kFlags = "-falign-functions=64 -falign-loops=32";
constexpr const char* kTarget = "assay_cases";
constexpr const char* kLibrary = "libassay_cases.so";

std::string Trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Result<std::string> Git(const Repository& repository, std::vector<std::string> arguments,
                        std::vector<std::pair<std::string, std::string>> environment = {}) {
  CommandLine command{.arguments = {"git", "-C", repository.folder},
                      .environment = std::move(environment)};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  ASSAY_ASSIGN_OR_RETURN(std::string printed, RunCommand(command));
  return Trimmed(std::move(printed));
}

// Through an index of its own, so that the user's stays as it is.
Result<std::string> WorkingTree(const Repository& repository) {
  const fs::path index = fs::temp_directory_path() / fmt::format("assay-gate-index-{}", ::getpid());
  const std::vector<std::pair<std::string, std::string>> environment = {
      {"GIT_INDEX_FILE", index.string()}};
  ASSAY_ASSIGN_OR_RETURN(const std::string top, Git(repository, {"rev-parse", "--show-toplevel"}));
  Repository whole = repository;
  whole.folder = top;
  Result<std::string> tree = Git(whole, {"read-tree", "HEAD"}, environment);
  if (tree.ok()) tree = Git(whole, {"add", "-A"}, environment);
  if (tree.ok()) tree = Git(whole, {"write-tree"}, environment);
  std::error_code ignored;
  fs::remove(index, ignored);
  return tree;
}

// Makes `folder` hold the tree. Only what differs from the tree that was there is written, through
// an index of its own, so that a build of the folder compiles what changed and nothing else.
Status CheckOut(const Repository& repository, const std::string& tree, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
  const std::string index = folder.string() + ".index";
  ASSAY_ASSIGN_OR_RETURN(
      const std::string written,
      Git(repository, {"--work-tree", folder.string(), "read-tree", "--reset", "-u", tree},
          {{"GIT_INDEX_FILE", index}}));
  return {};
}

// A file that one process at a time holds: others wait.
class Lock {
 public:
  explicit Lock(const fs::path& file)
      : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    while (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

 private:
  int descriptor_;
};

// As one word of the flags, which a shell takes apart.
std::string Word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-=";
  if (text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

// Why sources of a tree may be missing; "": nothing is known.
std::string Submodule(const Repository& repository, const std::string& tree) {
  const Result<std::string> listed = Git(repository, {"ls-tree", "-r", tree});
  std::istringstream lines(listed.ok() ? *listed : "");
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("160000 ")) continue;
    return fmt::format("; '{}' is a submodule, which is not checked out",
                       line.substr(line.find('\t') + 1));
  }
  return "";
}

// Configures and builds; returns the library.
Result<fs::path> Compile(const Repository& repository, const fs::path& sources,
                         const fs::path& build) {
  const std::string prefix = Word(fmt::format("-ffile-prefix-map={}=.", sources.string()));
  const bool gnu = repository.compiler.find("g++") != std::string::npos &&
                   repository.compiler.find("clang") == std::string::npos;
  const std::string flags = fmt::format("{} {}{}", kFlags, prefix, gnu ? " -fno-gnu-unique" : "");
  ASSAY_ASSIGN_OR_RETURN(
      const std::string configured,
      RunCommand({{"cmake", "-S", sources.string(), "-B", build.string(), "-G", "Ninja",
                   "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_COMPILER=" + repository.compiler,
                   "-DCMAKE_CXX_FLAGS=" + flags, "-DCMAKE_SHARED_LINKER_FLAGS=-Wl,--emit-relocs",
                   "-DASSAY_BUILD_TESTS=OFF"},
                  {{"CCACHE_BASEDIR", sources.string()}, {"CCACHE_NOHASHDIR", "1"}},
                  ""}));
  ASSAY_ASSIGN_OR_RETURN(
      const std::string built,
      RunCommand({{"cmake", "--build", build.string(), "--target", kTarget},
                  {{"CCACHE_BASEDIR", sources.string()}, {"CCACHE_NOHASHDIR", "1"}},
                  ""}));
  return build / "bin" / kLibrary;
}

}  // namespace

Result<std::string> TreeOf(const Repository& repository, const std::string& revision) {
  if (revision == kWorkingTree) return WorkingTree(repository);
  return Git(repository, {"rev-parse", "--verify", "--quiet", revision + "^{tree}"});
}

Result<std::string> BuildCases(const Repository& repository, const std::string& revision) {
  const std::string name = revision == kWorkingTree ? "the working tree" : revision;
  Result<std::string> tree = TreeOf(repository, revision);
  if (!tree.ok()) {
    const bool silent = tree.message().ends_with("failed: ");
    return Error(fmt::format(
        "{}: {}{}", name,
        revision == kWorkingTree ? "cannot be read" : "no such revision of this repository",
        silent ? "" : ": " + tree.message()));
  }
  ASSAY_ASSIGN_OR_RETURN(const std::string top, Git(repository, {"rev-parse", "--show-toplevel"}));
  const fs::path cache =
      repository.cache.empty() ? fs::path(top) / "build" / "gate" : fs::path(repository.cache);
  const fs::path compiler = fs::path(repository.compiler).filename();
  const fs::path folder = fs::absolute(cache) / fmt::format("{}-{}", *tree, compiler.string());
  const fs::path library = folder / kLibrary;
  std::error_code error;
  if (fs::exists(library, error)) return library.string();
  fs::create_directories(folder, error);
  if (error) return Error(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
  // One place for all revisions: the same paths give the same code, and what one has compiled the
  // next need not, with ccache or without.
  const fs::path place = fs::absolute(cache) / ("building-" + compiler.string());
  const Lock lock(place.string() + ".lock");
  if (fs::exists(library, error)) return library.string();
  if (repository.progress) repository.progress("building " + name);
  ASSAY_RETURN_IF_ERROR(CheckOut(repository, *tree, place / "src"));
  Result<fs::path> built = Compile(repository, place / "src", place / "build");
  if (!built.ok()) {
    return Error(fmt::format("{}: cannot be built: {}{}", name, built.message(),
                             Submodule(repository, *tree)));
  }
  // Only what is whole has the name.
  fs::copy_file(*built, folder / "unfinished.so", fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(folder / "unfinished.so", library, error);
  if (error) {
    return Error(fmt::format("{}: cannot be written: {}", library.string(), error.message()));
  }
  return library.string();
}

Result<std::vector<std::string>> CommitsBetween(const Repository& repository,
                                                const std::string& good, const std::string& bad) {
  if (!Git(repository, {"merge-base", "--is-ancestor", good, bad}).ok()) {
    return Error(fmt::format("'{}' is no revision before '{}'", good, bad));
  }
  ASSAY_ASSIGN_OR_RETURN(
      const std::string listed,
      Git(repository, {"rev-list", "--first-parent", "--reverse", good + ".." + bad}));
  std::vector<std::string> commits;
  std::istringstream lines(listed);
  for (std::string line; std::getline(lines, line);) commits.push_back(line);
  if (commits.empty()) return Error(fmt::format("there is no commit after {} up to {}", good, bad));
  return commits;
}

Result<std::string> ShortName(const Repository& repository, const std::string& revision) {
  const bool working = revision == kWorkingTree;
  ASSAY_ASSIGN_OR_RETURN(std::string commit,
                         Git(repository, {"rev-parse", "--verify", "--short=12",
                                          (working ? "HEAD" : revision) + "^{commit}"}));
  if (!working) return commit;
  ASSAY_ASSIGN_OR_RETURN(const std::string tree, WorkingTree(repository));
  ASSAY_ASSIGN_OR_RETURN(const std::string committed, TreeOf(repository, "HEAD"));
  return commit + (tree == committed ? "" : "+");
}

Result<std::string> Describe(const Repository& repository, const std::string& revision) {
  return Git(repository, {"log", "-1", "--format=%h %s", revision});
}

}  // namespace assay::gate
