// CaseLibrary: a build's library of cases (registry.h), loaded beside others.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/gate/registry.h"
#include "kernels/base/status.h"

namespace assay::gate {

class CaseLibrary {
 public:
  // Loads it with its own copy of everything (RTLD_LOCAL). Error: it cannot be loaded, exports no
  // registry, or one of another version or with a case that is not whole.
  static Result<CaseLibrary> Load(const std::string& path);

  std::span<const assay_case> cases() const;
  // nullptr: it has none of this name.
  const assay_case* Find(std::string_view name) const;

 private:
  struct Close {
    void operator()(void* handle) const;
  };

  std::unique_ptr<void, Close> handle_;
  const assay_registry* registry_ = nullptr;
};

// A case of a library, set up on operands of the host.
class ReadyCase {
 public:
  // Error: what the library says of it.
  static Result<ReadyCase> SetUp(const assay_case& definition, const void* const* inputs,
                                 void* output);

  void Run(int64_t iterations) { definition_->run(state_.get(), iterations); }
  // "" if the library does not say.
  std::string variant() const;

 private:
  struct TearDown {
    void (*teardown)(void*);
    void operator()(void* state) const { teardown(state); }
  };

  const assay_case* definition_ = nullptr;
  std::unique_ptr<void, TearDown> state_;
};

}  // namespace assay::gate
