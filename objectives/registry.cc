#include "objectives/registry.h"

#include <map>
#include <mutex>

#include "kernels/base/nearest_name.h"

namespace assay {
namespace {

// What the program registered, in alphabetical order.
struct CustomObjectives {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Objective>, std::less<>> by_name;
};

CustomObjectives& Custom() {
  static CustomObjectives custom;
  return custom;
}

const ObjectiveEntry* FindBuiltin(std::string_view name) {
  for (const ObjectiveEntry* entry : BuiltinObjectives()) {
    if (entry->info.name == name) return entry;
  }
  return nullptr;
}

std::shared_ptr<Objective> FindCustom(std::string_view name) {
  CustomObjectives& custom = Custom();
  const std::lock_guard lock(custom.mutex);
  const auto found = custom.by_name.find(name);
  return found == custom.by_name.end() ? nullptr : found->second;
}

Status Unknown(std::string_view name) {
  const std::vector<std::string> known = ObjectiveNames();
  const std::vector<std::string_view> views(known.begin(), known.end());
  return Error(UnknownName("objective", name, views));
}

}  // namespace

Status RegisterObjective(std::shared_ptr<Objective> objective) {
  ASSAY_CHECK(objective != nullptr);
  const std::string& name = objective->name();
  if (name.empty()) return Error("an objective cannot be registered without a name");
  CustomObjectives& custom = Custom();
  const std::lock_guard lock(custom.mutex);
  if (FindBuiltin(name) != nullptr) {
    return Error("objective '" + name + "' cannot be registered: it is a built-in one");
  }
  if (!custom.by_name.emplace(name, objective).second) {
    return Error("objective '" + name + "' cannot be registered twice");
  }
  return {};
}

Result<ObjectiveInfo> FindObjective(std::string_view name) {
  if (const ObjectiveEntry* builtin = FindBuiltin(name)) return builtin->info;
  if (const auto custom = FindCustom(name)) return custom->info();
  return Unknown(name);
}

Result<std::shared_ptr<Objective>> MakeObjective(std::string_view name) {
  if (const ObjectiveEntry* builtin = FindBuiltin(name)) return builtin->make();
  if (auto custom = FindCustom(name)) return custom;
  return Unknown(name);
}

std::vector<std::string> ObjectiveNames() {
  std::vector<std::string> names;
  for (const ObjectiveEntry* entry : BuiltinObjectives()) names.push_back(entry->info.name);
  CustomObjectives& custom = Custom();
  const std::lock_guard lock(custom.mutex);
  for (const auto& [name, objective] : custom.by_name) names.push_back(name);
  return names;
}

}  // namespace assay
