#include "harness/gate/case_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <span>

#include "harness/gate/copy.h"

namespace assay::gate {
namespace {

// Operands of so many elements and more are a mistake.
constexpr int64_t kMaxElements = int64_t{1} << 31;
// Of version 1.
constexpr size_t kFirstCaseBytes = offsetof(assay_case, relative_tolerance);

bool WholeOperand(const assay_operand& operand) {
  return operand.type >= ASSAY_F32 && operand.type <= ASSAY_S32 && operand.elements > 0 &&
         operand.elements < kMaxElements;
}

// What is missing of a case; "": nothing.
std::string Missing(const assay_case& c) {
  if (c.name == nullptr || *c.name == '\0') return "no name";
  if (c.setup == nullptr || c.run == nullptr || c.teardown == nullptr) {
    return fmt::format("case '{}': setup, run and teardown are needed", c.name);
  }
  if (c.input_count < 0 || c.input_count > ASSAY_MAX_INPUTS) {
    return fmt::format("case '{}': {} inputs, at most {} are allowed", c.name, c.input_count,
                       ASSAY_MAX_INPUTS);
  }
  const bool inputs = std::all_of(c.inputs, c.inputs + c.input_count, WholeOperand);
  if (!inputs || !WholeOperand(c.output)) {
    return fmt::format("case '{}': an operand has no type that is known, or not 1 to 2^31 elements",
                       c.name);
  }
  if (c.threads < 1) return fmt::format("case '{}': {} threads", c.name, c.threads);
  if (!(c.tolerance >= 0) || !(c.relative_tolerance >= 0)) {
    return fmt::format("case '{}': tolerance {}, relative {}", c.name, c.tolerance,
                       c.relative_tolerance);
  }
  const bool steps = c.step_count != nullptr;
  if (steps != (c.step_name != nullptr) || steps != (c.run_steps != nullptr)) {
    return fmt::format("case '{}': step_count, step_name and run_steps belong together", c.name);
  }
  return "";
}

// What the library says in `buffer`.
std::string Said(std::span<char> buffer) {
  buffer.back() = '\0';
  return buffer[0] != '\0' ? buffer.data() : "it does not say why";
}

bool KnownLayout(const assay_registry& registry) {
  return (registry.version == 1 && registry.case_size == kFirstCaseBytes) ||
         (registry.version == ASSAY_REGISTRY_VERSION && registry.case_size == sizeof(assay_case));
}

}  // namespace

void CaseLibrary::Close::operator()(void* handle) const { dlclose(handle); }

Result<CaseLibrary> CaseLibrary::Load(const std::string& path) {
  CaseLibrary library;
  // Without a slash the system's folders would be searched.
  const std::string absolute = std::filesystem::absolute(path).string();
  library.handle_.reset(dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library.handle_) {
    const char* why = dlerror();
    return Error(fmt::format("{}: cannot be loaded: {}", path, why != nullptr ? why : "unknown"));
  }
  return Of(std::move(library), path);
}

Result<CaseLibrary> CaseLibrary::LoadCopy(const std::string& path) {
  const Result<Copy> copy = Copy::Of(path);  // May go when it is loaded.
  if (!copy.ok()) return Load(path);
  CaseLibrary library;
  library.handle_.reset(dlopen(copy->path().c_str(), RTLD_NOW | RTLD_LOCAL));
  return library.handle_ ? Of(std::move(library), path) : Load(path);
}

Result<CaseLibrary> CaseLibrary::Of(CaseLibrary library, const std::string& path) {
  auto function =
      reinterpret_cast<assay_cases_function>(dlsym(library.handle_.get(), "assay_cases"));
  if (function == nullptr) {
    return Error(fmt::format("{}: exports no assay_cases; see harness/gate/registry.h", path));
  }
  library.registry_ = function();
  const assay_registry* registry = library.registry_;
  if (registry == nullptr || !KnownLayout(*registry)) {
    return Error(fmt::format("{}: its registry has version {}, {} or before is expected", path,
                             registry == nullptr ? 0 : registry->version, ASSAY_REGISTRY_VERSION));
  }
  if (registry->case_count < 1 || registry->cases == nullptr) {
    return Error(fmt::format("{}: its registry has no cases", path));
  }
  const auto* first = reinterpret_cast<const std::byte*>(registry->cases);
  for (int64_t i = 0; i < registry->case_count; ++i) {
    const std::byte* at = first + i * static_cast<int64_t>(registry->case_size);
    const Status added = library.Add(reinterpret_cast<const assay_case*>(at));
    if (!added.ok()) return Error(fmt::format("{}: {}", path, added.message()));
  }
  return library;
}

Status CaseLibrary::Add(const assay_case* original) {
  LibraryCase added = {};
  std::memcpy(static_cast<assay_case*>(&added), original, registry_->case_size);
  added.original = original;
  if (std::string missing = Missing(added); !missing.empty()) return Error(std::move(missing));
  if (Find(added.name) != nullptr) {
    return Error(fmt::format("two cases are named '{}'", added.name));
  }
  cases_.push_back(added);
  return {};
}

const LibraryCase* CaseLibrary::Find(std::string_view name) const {
  const auto found = std::ranges::find_if(cases_, [&](const auto& c) { return name == c.name; });
  return found == cases_.end() ? nullptr : &*found;
}

Result<const LibraryCase*> CaseLibrary::Make(const std::string& name) {
  if (const LibraryCase* found = Find(name); found != nullptr) return found;
  if (registry_->version < 2 || registry_->make_case == nullptr) {
    return Error(fmt::format("it has no case '{}'", name));
  }
  std::array<char, 1024> error = {};
  const assay_case* made = registry_->make_case(name.c_str(), error.data(), error.size());
  if (made == nullptr) return Error(fmt::format("it has no case '{}': {}", name, Said(error)));
  ASSAY_RETURN_IF_ERROR(Add(made));
  return &cases_.back();
}

Result<ReadyCase> ReadyCase::SetUp(const LibraryCase& definition, const void* const* inputs,
                                   void* output) {
  std::array<char, 1024> error = {};
  void* state = definition.setup(definition.original, inputs, output, error.data(), error.size());
  if (state == nullptr) {
    return Error(fmt::format("case '{}' cannot be set up: {}", definition.name, Said(error)));
  }
  ReadyCase ready;
  ready.definition_ = &definition;
  ready.state_ = {state, TearDown{definition.teardown}};
  return ready;
}

std::string ReadyCase::variant() const {
  if (definition_->variant == nullptr) return "";
  const char* name = definition_->variant(state_.get());
  return name != nullptr ? name : "";
}

int64_t ReadyCase::step_count() const {
  return definition_->has_steps() ? definition_->step_count(state_.get()) : 0;
}

std::string ReadyCase::step_name(int64_t step) const {
  const char* name = definition_->step_name(state_.get(), step);
  return name != nullptr ? name : "";
}

std::string ReadyCase::step_variant(int64_t step) const {
  if (definition_->step_variant == nullptr) return "";
  const char* name = definition_->step_variant(state_.get(), step);
  return name != nullptr ? name : "";
}

void ReadyCase::RunSteps(int64_t iterations, FunctionRef<void(int64_t step)> done) {
  const auto tell = [](void* context, int64_t step) {
    (*static_cast<FunctionRef<void(int64_t)>*>(context))(step);
  };
  definition_->run_steps(state_.get(), iterations, tell, &done);
}

}  // namespace assay::gate
