#include "harness/cli/json_output.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/tune/journal.h"

namespace assay::cli {

Status WriteJson(const std::string& where, const nlohmann::json& json) {
  const std::string text = json.dump(2) + "\n";
  if (where != "-") return tune::WriteWhole(where, text);
  fmt::print("{}", text);
  return {};
}

}  // namespace assay::cli
