// Plugins: objectives in a shared object of one's own, which tuning.plugins names.
//
//   class Tail : public assay::Objective { ... };
//   ASSAY_PLUGIN(objectives) { objectives.push_back(std::make_shared<Tail>()); }
//
// It is compiled against the installed headers (find_package(assay), assay::objectives) and linked
// with nothing: Objective itself is the program's. tests/harness/tune/plugin is an example.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "objectives/objective.h"

namespace assay {

// What both sides must agree on. A plugin of another one is refused before any of its code runs.
struct PluginAbi {
  uint32_t interface;  // Counts up when the meaning of objective.h changes.
  uint32_t objective_bytes, observation_bytes, series_bytes, summary_bytes, info_bytes;
  uint32_t cxx11_strings;  // libstdc++'s _GLIBCXX_USE_CXX11_ABI.

  bool operator==(const PluginAbi&) const = default;
};

inline constexpr PluginAbi kPluginAbi = {.interface = 2,
                                         .objective_bytes = sizeof(Objective),
                                         .observation_bytes = sizeof(Observation),
                                         .series_bytes = sizeof(Series),
                                         .summary_bytes = sizeof(Summary),
                                         .info_bytes = sizeof(ObjectiveInfo),
                                         .cxx11_strings = _GLIBCXX_USE_CXX11_ABI};

using PluginObjectives = std::vector<std::shared_ptr<Objective>>;

}  // namespace assay

// Once per plugin; the body behind it adds to `objectives`.
#define ASSAY_PLUGIN(objectives)                                                       \
  extern "C" ASSAY_EXPORT const assay::PluginAbi assay_plugin_abi = assay::kPluginAbi; \
  extern "C" ASSAY_EXPORT void assay_plugin_objectives(assay::PluginObjectives& objectives)
