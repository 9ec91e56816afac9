// Revisions of a git repository, built for the gate: sources alone, with the same flags, cached by
// the hash of the tree.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kernels/base/status.h"

namespace assay::gate {

// What the working tree is called.
inline constexpr const char* kWorkingTree = "";

struct Repository {
  std::string folder;      // Any within it.
  std::string cache = {};  // Where builds are kept; "": build/gate of the repository.
  std::string compiler = "clang++-19";
  // What is being built.
  std::function<void(const std::string& what)> progress = {};
};

// The hash of the tree of a revision ("HEAD~3", "v1.2", a commit), or of the working tree as
// `git add -A` would take it. Error: git's sentence.
Result<std::string> TreeOf(const Repository& repository, const std::string& revision);

// The library of cases of a revision, built if it is not cached. Error: git, cmake or the compiler
// fails, or the revision has no library of cases.
Result<std::string> BuildCases(const Repository& repository, const std::string& revision);

// Commits after `good` up to `bad`, the oldest first, along first parents. Error: git's sentence,
// or `good` is no ancestor of `bad`.
Result<std::vector<std::string>> CommitsBetween(const Repository& repository,
                                                const std::string& good, const std::string& bad);

// "1240cf46a2b1"; of the working tree that of HEAD, with "+" where the tree is another. Error:
// git's sentence.
Result<std::string> ShortName(const Repository& repository, const std::string& revision);

// "1240cf4 Packing follows the order of the weights".
Result<std::string> Describe(const Repository& repository, const std::string& revision);

}  // namespace assay::gate
