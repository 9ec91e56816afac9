// The objectives that a configuration can name: one per file of objectives/builtin/, and those that
// a program registers.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "objectives/objective.h"

namespace assay {

struct ObjectiveEntry {
  ObjectiveInfo info;
  // A fresh objective for a built-in one; the registered instance itself for a custom one.
  std::function<std::shared_ptr<Objective>()> make;
};

// The entry of a built-in objective: info, and how to construct it from that.
template <typename T>
ObjectiveEntry BuiltinEntry(ObjectiveInfo info) {
  return {info, [info] { return std::make_shared<T>(info); }};
}

// Written by CMake: each file of objectives/builtin/ defines the entry named as the file.
std::span<const ObjectiveEntry* const> BuiltinObjectives();

// Makes a custom objective known by its name. This very object is used from then on, never a new
// one of its class, so the state it was constructed with is there when it runs. An error where the
// name is empty or taken. Thread-safe, as is all below.
Status RegisterObjective(std::shared_ptr<Objective> objective);

// What is known under a name, or an error that says the nearest known name and lists all.
Result<ObjectiveInfo> FindObjective(std::string_view name);
// An objective to run. Every call gives the same object for a custom objective.
Result<std::shared_ptr<Objective>> MakeObjective(std::string_view name);
// All known names: built-in ones first, each part in alphabetical order.
std::vector<std::string> ObjectiveNames();

}  // namespace assay
