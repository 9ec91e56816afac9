// CaseLibrary: a build's library of cases (registry.h), loaded beside others.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "harness/gate/registry.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"

namespace assay::gate {

// A case of a library of any version: what its version does not have is NULL.
struct LibraryCase : assay_case {
  const assay_case* original = nullptr;  // The library's own.
  bool has_steps() const { return step_count != nullptr; }
};

class CaseLibrary {
 public:
  // Loads it with its own copy of everything (RTLD_LOCAL). Error: it cannot be loaded, exports no
  // registry, or one of another version or with a case that is not whole.
  static Result<CaseLibrary> Load(const std::string& path);
  // The same, from a copy in memory, whose pages lie elsewhere in every process: that those of a
  // file lie well or badly in the caches is no property of a build. From the file itself where it
  // cannot be loaded otherwise.
  static Result<CaseLibrary> LoadCopy(const std::string& path);

  // Those that it lists, then those that were made.
  const std::deque<LibraryCase>& cases() const { return cases_; }
  // nullptr: it has none of this name.
  const LibraryCase* Find(std::string_view name) const;
  // The case of this name, made if it is not listed; valid as long as the library. Error: the
  // library makes none, or what it says of the name.
  Result<const LibraryCase*> Make(const std::string& name);

 private:
  struct Close {
    void operator()(void* handle) const;
  };

  // Reads the registry of what is loaded.
  static Result<CaseLibrary> Of(CaseLibrary library, const std::string& path);
  Status Add(const assay_case* original);

  std::unique_ptr<void, Close> handle_;
  const assay_registry* registry_ = nullptr;
  std::deque<LibraryCase> cases_;
};

// A case of a library, set up on operands of the host.
class ReadyCase {
 public:
  // Error: what the library says of it.
  static Result<ReadyCase> SetUp(const LibraryCase& definition, const void* const* inputs,
                                 void* output);

  void Run(int64_t iterations) { definition_->run(state_.get(), iterations); }
  // "" if the library does not say.
  std::string variant() const;

  // 0 where the case is not made of steps.
  int64_t step_count() const;
  std::string step_name(int64_t step) const;
  std::string step_variant(int64_t step) const;
  // Of a case with steps: runs, and tells `done` after every step.
  void RunSteps(int64_t iterations, FunctionRef<void(int64_t step)> done);

 private:
  struct TearDown {
    void (*teardown)(void*);
    void operator()(void* state) const { teardown(state); }
  };

  const LibraryCase* definition_ = nullptr;
  std::unique_ptr<void, TearDown> state_;
};

}  // namespace assay::gate
