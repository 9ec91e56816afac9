#include "harness/gate/case_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

namespace assay::gate {
namespace {

// Operands of so many elements and more are a mistake.
constexpr int64_t kMaxElements = int64_t{1} << 31;

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
  if (!(c.tolerance >= 0)) return fmt::format("case '{}': tolerance {}", c.name, c.tolerance);
  return "";
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
  auto function =
      reinterpret_cast<assay_cases_function>(dlsym(library.handle_.get(), "assay_cases"));
  if (function == nullptr) {
    return Error(fmt::format("{}: exports no assay_cases; see harness/gate/registry.h", path));
  }
  library.registry_ = function();
  const assay_registry* registry = library.registry_;
  if (registry == nullptr || registry->version != ASSAY_REGISTRY_VERSION ||
      registry->case_size != sizeof(assay_case)) {
    return Error(fmt::format("{}: its registry has version {}, {} is expected", path,
                             registry == nullptr ? 0 : registry->version, ASSAY_REGISTRY_VERSION));
  }
  if (registry->case_count < 1 || registry->cases == nullptr) {
    return Error(fmt::format("{}: its registry has no cases", path));
  }
  std::set<std::string_view> names;
  for (const assay_case& c : library.cases()) {
    if (const std::string missing = Missing(c); !missing.empty()) {
      return Error(fmt::format("{}: {}", path, missing));
    }
    if (!names.insert(c.name).second) {
      return Error(fmt::format("{}: two cases are named '{}'", path, c.name));
    }
  }
  return library;
}

std::span<const assay_case> CaseLibrary::cases() const {
  return {registry_->cases, static_cast<size_t>(registry_->case_count)};
}

const assay_case* CaseLibrary::Find(std::string_view name) const {
  const auto all = cases();
  const auto found = std::ranges::find_if(all, [&](const auto& c) { return name == c.name; });
  return found == all.end() ? nullptr : &*found;
}

Result<ReadyCase> ReadyCase::SetUp(const assay_case& definition, const void* const* inputs,
                                   void* output) {
  std::array<char, 512> error = {};
  void* state = definition.setup(&definition, inputs, output, error.data(), error.size());
  error.back() = '\0';
  if (state == nullptr) {
    return Error(fmt::format("case '{}' cannot be set up: {}", definition.name,
                             error[0] != '\0' ? error.data() : "it does not say why"));
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

}  // namespace assay::gate
