// Looking things up by name, and for unknown names an error that says what was probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"

namespace assay {

// The name at the smallest edit distance, letter case apart; "" when nothing is near (more than
// half of the longer name would change).
std::string_view NearestName(std::string_view name, std::span<const std::string_view> names);

// "unknown key 'sise'; did you mean 'size'? known: interpolation, size"
std::string UnknownName(std::string_view what, std::string_view name,
                        std::span<const std::string_view> names);

// The entry of a table by its `name`. Error: UnknownName.
template <typename Entry>
Result<const Entry*> FindEntry(std::string_view what, std::string_view name,
                               std::span<const Entry* const> table) {
  std::vector<std::string_view> names;
  for (const Entry* entry : table) {
    if (entry->name == name) return entry;
    names.push_back(entry->name);
  }
  return Error(UnknownName(what, name, names));
}

}  // namespace assay
