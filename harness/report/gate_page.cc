#include "harness/report/gate_page.h"

#include <nlohmann/json.hpp>

#include "harness/report/page.h"

namespace assay::report {

std::string GatePage(const nlohmann::json& gate, const nlohmann::json& history) {
  return Page(kPageParts.gate, {{"gate", gate}, {"history", history}});
}

}  // namespace assay::report
