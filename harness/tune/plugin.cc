#include "harness/tune/plugin.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <mutex>
#include <set>
#include <string>

#include "objectives/plugin.h"
#include "objectives/registry.h"

namespace assay::tune {
namespace {

namespace fs = std::filesystem;

std::string Describe(const PluginAbi& abi) {
  return fmt::format("interface {}, objects of {}, {}, {}, {} and {} bytes, strings {}",
                     abi.interface, abi.objective_bytes, abi.observation_bytes, abi.series_bytes,
                     abi.summary_bytes, abi.info_bytes, abi.cxx11_strings);
}

Status Load(const fs::path& file) {
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return Error(fmt::format("cannot be loaded: {}", dlerror()));
  const auto* abi = static_cast<const PluginAbi*>(dlsym(library, "assay_plugin_abi"));
  using Add = void (*)(PluginObjectives&);
  const auto add = reinterpret_cast<Add>(dlsym(library, "assay_plugin_objectives"));
  if (abi == nullptr || add == nullptr) {
    dlclose(library);
    return Error(
        fmt::format("{}: is no plugin of Assay; expected a shared object with ASSAY_PLUGIN "
                    "(objectives/plugin.h)",
                    file.string()));
  }
  if (*abi != kPluginAbi) {
    const std::string found = Describe(*abi);
    dlclose(library);
    return Error(
        fmt::format("{}: was built for another Assay ({}); expected {}: build it anew "
                    "against this one's headers",
                    file.string(), found, Describe(kPluginAbi)));
  }
  PluginObjectives objectives;
  add(objectives);
  for (const auto& objective : objectives) {
    if (objective == nullptr)
      return Error(fmt::format("{}: adds an empty objective", file.string()));
    const Status registered = RegisterObjective(objective);
    if (!registered.ok()) return Error(fmt::format("{}: {}", file.string(), registered.message()));
  }
  return {};
}

}  // namespace

Status LoadPlugin(const fs::path& file) {
  static std::mutex mutex;
  static std::set<fs::path> loaded;
  const std::lock_guard lock(mutex);
  std::error_code error;
  const fs::path whole = fs::canonical(file, error);
  if (error) return Error(fmt::format("{}: {}", file.string(), error.message()));
  if (loaded.contains(whole)) return {};
  ASSAY_RETURN_IF_ERROR(Load(whole));
  loaded.insert(whole);
  return {};
}

}  // namespace assay::tune
