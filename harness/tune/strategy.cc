#include "harness/tune/strategy.h"

#include <algorithm>
#include <array>
#include <string>

#include "kernels/base/nearest_name.h"

namespace assay::tune {

Result<const StrategyEntry*> FindStrategy(std::string_view name) {
  constexpr std::array<std::string_view, 1> kPlanned = {"hawq_v2"};
  if (std::ranges::find(kPlanned, name) != kPlanned.end()) {
    std::string available;
    for (const StrategyEntry* entry : AllStrategies()) {
      available += (available.empty() ? "" : ", ") + std::string(entry->name);
    }
    return Error("strategy '" + std::string(name) +
                 "' is not available in this version of Assay; available: " + available);
  }
  return FindEntry("strategy", name, AllStrategies());
}

}  // namespace assay::tune
